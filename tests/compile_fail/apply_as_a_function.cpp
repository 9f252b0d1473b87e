// expect: a pipe applies a recipe: write view | recipe
// The activation comes first.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = apply(on<Q>().zero(), view);
#else
    auto edited = view | on<Q>().zero();
#endif
}
