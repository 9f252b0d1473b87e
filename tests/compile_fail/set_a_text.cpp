// expect: an edit takes a number, a tensor, a View, a place or a Slot: give one
// Operations have names of their own.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(4)).set("zero");
#else
auto edit = on<Q>(token(4)).zero();
#endif
