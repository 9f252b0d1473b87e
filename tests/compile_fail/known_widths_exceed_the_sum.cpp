// expect: the widths do not sum to the width of the layout: correct a width or the total
// Whatever the query is, the keys and values alone are wider than the layout.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
static_assert(Fused<2304, Q<dynamic>, K<1536>, V<768>>::width == 2304);
#else
static_assert(Fused<2304, Q<dynamic>, K<768>, V<768>>::width == 2304);
#endif
