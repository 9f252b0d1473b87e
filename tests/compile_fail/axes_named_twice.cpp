// expect: an Ordered of an Ordered: name all axes in one
// The axes are a list, outermost first; a second list would not say where its axes stand among the first.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Stream = Ordered<Ordered<Resid<768>, Axis::token>, Axis::batch>;
#else
using Stream = Ordered<Resid<768>, Axis::batch, Axis::token>;
#endif
static_assert(Stream::width == 768);
