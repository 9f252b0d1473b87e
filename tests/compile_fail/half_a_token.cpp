// expect: a token is one whole number, or a tensor with one per row: write token(4)
// Positions are counted, not measured.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(token(1.5)).zero();
#else
auto edit = on<Q>(token(1)).zero();
#endif
