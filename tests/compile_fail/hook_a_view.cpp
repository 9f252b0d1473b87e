// expect: a value is not a hook: write add(site, on<Layout>().set(value))
// Activation patching: the View of another run is set.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, View<Resid<768>> clean) {
#ifdef SUTURE_BAD
    hooks.add(resid, clean);
#else
    hooks.add(resid, on<Resid>().set(clean));
#endif
}
