// expect: a component knows its numbers: write Q<768, 12>::width
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto n = on<Q<768, 12>>().width;
#else
    auto n = Q<768, 12>::width;
#endif
}
