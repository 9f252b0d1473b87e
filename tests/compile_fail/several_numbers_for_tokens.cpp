// expect: tokens are a range or a list: write tokens(2, 5), tokens({1, 3}), or token(4)
// Two numbers are a range; more stand in braces.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(tokens(1, 3, 5)).zero();
#else
auto edit = on<Q>(tokens({1, 3, 5})).zero();
#endif
