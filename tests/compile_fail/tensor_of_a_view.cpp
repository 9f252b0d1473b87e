// expect: an activation lends its tensor: write x.clone(), or x.read(f)
// What read lends is checked not to be written.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    at::Tensor t = view.tensor();
#else
    at::Tensor t = view.clone();
#endif
}
