// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// A replacement is a tensor, or an Owned of the layout.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, double& size) {
#ifdef SUTURE_BAD
    hooks.add(resid, [](const View<Resid<768>>& x) { return x.norm().item<double>(); });
#else
    hooks.add(resid, [&size](const View<Resid<768>>& x) { size = x.norm().item<double>(); });
#endif
}
