// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// A replacement has the layout of the site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, [](const View<Qkv>& x) { return x[on<Q>()].clone(); });
#else
    hooks.add(c_attn, [](const View<Qkv>& x) { return x.clone(); });
#endif
}
