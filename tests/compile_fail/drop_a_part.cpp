// expect: a View only reads: clone() it, or pipe it into a recipe
// Reading changes nothing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation[on<Q>()];
#else
    at::Tensor query = activation[on<Q>()].clone();
#endif
}
