// expect: an edit takes one value: a number, a tensor, a View, a place or a Slot
// To remove a part, set it to zero.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(4)).set();
#else
auto edit = on<Q>(token(4)).set(0);
#endif
