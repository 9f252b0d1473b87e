// expect: a pipe applies a recipe: write view | recipe
// `apply` makes an edit from a function.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = on<Q>().zero().apply(activation);
#else
    auto edited = activation | on<Q>().zero();
#endif
}
