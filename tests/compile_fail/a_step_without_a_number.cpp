// expect: a step is one whole number, counted from 0: write step(2)
// A step is a position behind the prompt: the position of one generated token. All of them are `generated()`.
#include <suture/suture.hpp>
using namespace suture;

void add(HookSet& hooks, const HookPoint<Resid<768>>& stream) {
#ifdef SUTURE_BAD
    hooks.add(stream, on<Resid>(step()).zero());
#else
    hooks.add(stream, on<Resid>(step(0)).zero());
#endif
}
