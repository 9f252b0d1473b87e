// expect: a token is one whole number, or a tensor with one per row: write token(4)
// A range is plural.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(2, 5)).zero();
#else
auto edit = on<Q>(tokens(2, 5)).zero();
#endif
