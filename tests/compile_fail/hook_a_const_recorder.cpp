// expect: a const board or recorder takes no entries: drop the const
// Recording changes the recorder.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    const Latest<Resid<768>> latest;
    hooks.add(resid, latest);
#else
    Latest<Resid<768>> latest;
    hooks.add(resid, latest);
#endif
}
