// expect: a View or a const Owned is read-only: write view | place.add(value)
// Compound assignment writes, so it needs an Owned.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void shift(View<Qkv> activation, Owned<Qkv>& mine) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(1))] += 1;
#else
    mine[on<Q>(token(1))] += 1;
#endif
}
