// expect: an offset is that of a component: name one that the layout has
// The numbers belong to the component: K<768> is not K<768, 12>.
#include <suture/core.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto x = offset<Qkv, K<768>>;
#else
    auto x = offset<Qkv, K<768, 12>>;
#endif
}
