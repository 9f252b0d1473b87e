// expect: a set is filled by add: write hooks.add(site, recipe)
// A hook needs a site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, const HookPoint<Qkv>& point) {
#ifdef SUTURE_BAD
    hooks.push_back(on<Q>().zero());
#else
    hooks.add(point, on<Q>().zero());
#endif
}
