// expect: the groups do not divide the heads: give each group the same number of heads
// Every key/value head is read by the same number of query heads: 7 cannot share 2 keys. Both compilers print the two
// numbers.
#include <suture/core/catalogue.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Projection = FalconQkv<7, 2, 64>;
#else
using Projection = FalconQkv<8, 2, 64>;
#endif
static_assert(Projection::width > 0);
