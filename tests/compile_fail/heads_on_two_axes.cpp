// expect: the heads are an axis and in the channels as well: give each component one head
// Once the heads are split off, the last axis holds the channels of one head, and head(3) is a position on the head axis.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Query = Ordered<Q<768, 12>, Axis::batch, Axis::head, Axis::token>;
#else
using Query = Ordered<Q<64>, Axis::batch, Axis::head, Axis::token>;
#endif
static_assert(Query::width > 0);
