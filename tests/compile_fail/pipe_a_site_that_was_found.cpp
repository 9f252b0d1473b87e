// expect: a hook is added to a set: write hooks.add(site, recipe)
// A pipe edits an activation.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, SiteRef<Qkv> c_attn) {
#ifdef SUTURE_BAD
    c_attn |= on<Q>().zero();
#else
    hooks.add(c_attn, on<Q>().zero());
#endif
}
