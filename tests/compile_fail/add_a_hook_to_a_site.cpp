// expect: a hook is added to a set: write hooks.add(site, recipe)
// A set is active in one thread, while its scope lives; a model has no hooks of its own.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    c_attn.add(on<Q>().zero());
#else
    hooks.add(c_attn, on<Q>().zero());
#endif
}
