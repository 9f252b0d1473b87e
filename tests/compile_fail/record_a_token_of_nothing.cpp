// expect: a recorder keeps a place: write on<C>(token(-1)) instead of token(-1)
// A place names the component.
#include <suture/suture.hpp>

using namespace suture;

void record(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    Latest<Resid<768>> latest(token(-1));
#else
    Latest<Resid<768>> latest(on<Resid>(token(-1)));
#endif
}
