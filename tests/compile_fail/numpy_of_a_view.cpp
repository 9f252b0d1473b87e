// expect: an activation lends its tensor: write x.clone(), or x.read(f)
// There is no other array type.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto array = view.numpy();
#else
    auto copy = view.clone();
#endif
}
