// expect: a place is written by assignment: write x[place] += 1
// The name of a place is an expression.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Owned<Qkv>& owned) {
#ifdef SUTURE_BAD
    owned[on<Q>()]++;
#else
    owned[on<Q>()] += 1;
#endif
}
