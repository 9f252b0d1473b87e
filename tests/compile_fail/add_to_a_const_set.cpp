// expect: this HookSet is const: hooks are added to one that is not
// A const set can be activated, and not changed.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& changing, const HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid, on<Resid>().zero());
#else
    changing.add(resid, on<Resid>().zero());
    auto scope = hooks.activate();
#endif
}
