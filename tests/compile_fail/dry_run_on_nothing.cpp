// expect: the recipe comes first, then the activation: write dry_run(recipe, view)
// The shape of an activation says which positions there are.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto rehearse(View<Qkv> activation) {
#ifdef SUTURE_BAD
    return dry_run(on<Q>().zero());
#else
    return dry_run(on<Q>().zero(), activation);
#endif
}
