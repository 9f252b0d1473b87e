// expect: the site comes first: write add(site, recipe)
// As in PyTorch: first where, then what.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add(on<Q>().zero(), c_attn);
#else
    hooks.add(c_attn, on<Q>().zero());
#endif
}
