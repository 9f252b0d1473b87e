// expect: a layout comes first, then a component: write offset<Qkv, K<768>>
#include <suture/core.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto x = offset<Qkv>;
#else
    auto x = offset<Qkv, K<768, 12>>;
#endif
}
