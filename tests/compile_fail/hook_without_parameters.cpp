// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// Also to count passes, a callback takes the View.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, int& passes) {
#ifdef SUTURE_BAD
    hooks.add(resid, [&passes] { ++passes; });
#else
    hooks.add(resid, [&passes](const View<Resid<768>>&) { ++passes; });
#endif
}
