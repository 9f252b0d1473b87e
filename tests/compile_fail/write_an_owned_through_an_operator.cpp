// expect: an Owned is written with |= or at(): write x.at().add_(value)
// An Owned can be written in two ways, both of which check everything first: by a recipe, or through the part that at()
// selects (all of it, without selectors).
#include <suture/suture.hpp>

using namespace suture;

void shift(Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    q += 1;
#else
    q.at().add_(1);
#endif
}
