// expect: a place is written by assignment: write x[place] *= value
// The assignment checks dtype and shape before it writes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void halve(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(head(3))].mul_(0.5);
#else
    activation[on<Q>(head(3))] *= 0.5;
#endif
}
