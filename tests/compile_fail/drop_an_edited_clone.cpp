// expect: the result is a new Owned: use it, or its tensor
// A pipe edits a clone. Dropped, the edit is lost.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation, at::Tensor& edited) {
#ifdef SUTURE_BAD
    activation | on<Q>().zero();
#else
    edited = activation | on<Q>().zero();
#endif
}
