// expect: a hook is removed by its key: write key.remove()
// `add` returns the key; several hooks may be at one site.
#include <suture/suture.hpp>

using namespace suture;

void detach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.remove(resid);
#else
    const HookKey key = hooks.add(resid, on<Resid>().zero());
    key.remove();
#endif
}
