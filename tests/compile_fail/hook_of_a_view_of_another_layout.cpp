// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// The callback is lent a View of the site's layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, [](const View<NeoXQkv<12, 64>>&) {});
#else
    hooks.add(c_attn, [](const View<Qkv>&) {});
#endif
}
