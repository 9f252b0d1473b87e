// expect: the edit has no operation: write on<...>(...).set(value)
// The hook has to know what happens at the place.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    hooks.add(c_attn, on<Q>(head(3)));
#else
    hooks.add(c_attn, on<Q>(head(3)).zero());
#endif
}
