// expect: positions count from the end as numbers: write token(-1)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto place = on<Q>(-token(1));
#else
    auto place = on<Q>(token(-1));
#endif
}
