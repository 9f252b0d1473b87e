// expect: a pipe applies a recipe: write view | recipe
// The pipe gives an edited clone.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation.apply(on<Q>().zero());
#else
    auto edited = activation | on<Q>().zero();
#endif
}
