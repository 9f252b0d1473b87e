// expect: one hook at a time: compose edits with |, or call add for each hook
// Each hook has a key of its own.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn, Latest<Qkv>& latest, History<Qkv>& history) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, latest, history);
#else
    hooks.add(c_attn, latest);
    hooks.add(c_attn, history);
#endif
}
