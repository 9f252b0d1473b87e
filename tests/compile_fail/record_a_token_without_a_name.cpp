// expect: options have names: write RecordOptions{.tokens = token(-1)}
// A recorder has several options.
#include <suture/suture.hpp>

using namespace suture;

void record(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    Latest<Resid<768>> latest(token(-1));
#else
    Latest<Resid<768>> latest(RecordOptions{.tokens = token(-1)});
#endif
}
