// expect: the heads do not divide the width: give a width that is heads times head width
// A head would end in the middle of a channel. Both compilers print the two numbers.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Query = Q<768, 13>;
#else
using Query = Q<768, 12>;
#endif
static_assert(Query::head_width == 64);
