// expect: a place is not its values: write x[place] *= value, or place.multiply(value)
// The place names no activation, so nothing would be written.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void halve(Owned<Qkv>& mine) {
#ifdef SUTURE_BAD
    on<Q>(token(4)) *= 0.5;
#else
    mine[on<Q>(token(4))] *= 0.5;
#endif
}
