// expect: prompt() takes no number: write tokens(0, 3) for the first three positions
// The prompt of a generation is all of it; a part of it is named by its positions, which are those of each row's own sequence.
#include <suture/suture.hpp>
using namespace suture;

void add(HookSet& hooks, const HookPoint<Resid<768>>& stream) {
#ifdef SUTURE_BAD
    hooks.add(stream, on<Resid>(prompt(3)).zero());
#else
    hooks.add(stream, on<Resid>(tokens(0, 3)).zero());
#endif
}
