// expect: a key counts its runs: write key.fired()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const HookKey& key) {
#ifdef SUTURE_BAD
    auto n = key.count();
#else
    auto n = key.fired();
#endif
}
