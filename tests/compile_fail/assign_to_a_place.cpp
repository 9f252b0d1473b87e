// expect: a place is not its values: write x[place] = value, or place.set(value)
// The place names no activation, so nothing would be written.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& mine) {
#ifdef SUTURE_BAD
    on<Q>(token(4)) = 0;
#else
    mine[on<Q>(token(4))] = 0;
#endif
}
