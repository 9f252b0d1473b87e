// expect: a hook is added at a site: write add(site, recipe), or give a callback
// A site alone does nothing.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid);
#else
    hooks.add(resid, on<Resid>().zero());
#endif
}
