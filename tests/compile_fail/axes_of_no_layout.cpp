// expect: an Ordered is made of a layout: name a component, a Fused or a Grouped first
// The layout says what the last axis holds, the names say what the axes before it are.
#include <suture/core/layout.hpp>

using namespace suture;

struct Stream {};

#ifdef SUTURE_BAD
using Ahead = Ordered<Stream, Axis::token, Axis::batch>;
#else
using Ahead = Ordered<Resid<768>, Axis::token, Axis::batch>;
#endif
static_assert(Ahead::width == 768);
