// expect: the recipe comes first, then the activation: write dry_run(recipe, view)
// The name says it: dry run a recipe.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto rehearse(View<Qkv> activation) {
#ifdef SUTURE_BAD
    return dry_run(activation, on<Q>().zero());
#else
    return dry_run(on<Q>().zero(), activation);
#endif
}
