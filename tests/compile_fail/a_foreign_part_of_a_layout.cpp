// expect: a part is a component: name one that the layout has
#include <suture/core.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    using Part = part<Qkv, Gate>;
    Part part;
#else
    using Part = part<Qkv, K>;
    Part part;
#endif
}
