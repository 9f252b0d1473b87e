// expect: this board or recorder has another layout: declare it with that of the site
// A board replaces whole activations, so its layout is that of the site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn, Board<Q<768, 12>>& part, Board<Qkv>& whole) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, part);
#else
    hooks.add(c_attn, whole);
#endif
}
