// expect: a board or a recorder outlives the call: give it a name first
// What it records could not be looked at.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid, Latest<Resid<768>>());
#else
    Latest<Resid<768>> latest;
    hooks.add(resid, latest);
#endif
}
