// expect: tokens are a range or a list: write tokens(2, 5), tokens({1, 3}), or token(4)
// One token drops its axis, a range keeps it.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(tokens(4)).zero();
#else
auto edit = on<Q>(tokens(4, 5)).zero();
#endif
