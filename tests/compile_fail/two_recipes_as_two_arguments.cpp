// expect: one hook at a time: compose edits with |, or call add for each hook
// Composed, the activation is cloned once.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, on<Q>().zero(), on<K>().zero());
#else
    hooks.add(c_attn, on<Q>().zero() | on<K>().zero());
#endif
}
