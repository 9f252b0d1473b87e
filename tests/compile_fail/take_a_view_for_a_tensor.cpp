// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// A tensor that shares the storage could be written by anyone. A copy is taken by name.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    at::Tensor t = activation;
#else
    at::Tensor t = activation.clone();
#endif
}
