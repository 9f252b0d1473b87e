// expect: a hook is switched by its key: write key.disable()
// `add` returns the key.
#include <suture/suture.hpp>

using namespace suture;

void detach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.disable(resid);
#else
    const HookKey key = hooks.add(resid, on<Resid>().zero());
    key.disable();
#endif
}
