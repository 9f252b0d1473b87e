// expect: the site comes first: write add(site, recipe)
// As in PyTorch: first where, then what.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add([](const View<Resid<768>>& x) { return x * 2; }, resid);
#else
    hooks.add(resid, [](const View<Resid<768>>& x) { return x * 2; });
#endif
}
