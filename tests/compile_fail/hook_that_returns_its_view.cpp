// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// To leave the activation as it is, return nothing.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid, [](const View<Resid<768>>& x) { return x; });
#else
    hooks.add(resid, [](const View<Resid<768>>&) {});
#endif
}
