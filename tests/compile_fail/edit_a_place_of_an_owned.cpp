// expect: a place is written by assignment: write x[place] = value, or x |= edit
// The recipe names the place itself.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(4))] |= on<Q>().zero();
#else
    activation |= on<Q>(token(4)).zero();
#endif
}
