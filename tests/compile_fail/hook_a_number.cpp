// expect: a value is not a hook: write add(site, on<Layout>().set(value))
// Zero ablation is an edit.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid, 0);
#else
    hooks.add(resid, on<Resid>().zero());
#endif
}
