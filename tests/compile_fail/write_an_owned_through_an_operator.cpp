// expect: an Owned is written with |= or at a place: write x[on<C>()] += value
// An Owned can be written in two ways, both of which check everything first: by a recipe, or at a place (all of it,
// without selectors).
#include <suture/suture.hpp>

using namespace suture;

void shift(Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    q += 1;
#else
    q[on<Q>()] += 1;
#endif
}
