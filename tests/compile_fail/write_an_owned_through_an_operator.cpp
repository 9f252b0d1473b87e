// expect: an Owned is written by |= or by at(): write x.at().add_(value)
// An Owned has two doors for writing, and both check before the first byte: a recipe, and the part that at() names
// (all of it, without wheres).
#include <suture/suture.hpp>

using namespace suture;

void shift(Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    q += 1;
#else
    q.at().add_(1);
#endif
}
