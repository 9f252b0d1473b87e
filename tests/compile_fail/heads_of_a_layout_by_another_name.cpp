// expect: heads belong to a component: write Q<768, 12>::heads
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto n = Qkv::n_heads;
#else
    auto n = Q<768, 12>::heads;
#endif
}
