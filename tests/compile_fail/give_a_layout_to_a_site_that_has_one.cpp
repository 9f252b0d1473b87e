// expect: this site has a layout of its own: write add(site, recipe)
// If the two differed, the recipe would edit the wrong channels.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add<NeoXQkv<12, 64>>(c_attn, on<Q>().zero());
#else
    hooks.add(c_attn, on<Q>().zero());
#endif
}
