// expect: an Ordered without axes: name those before the channels, outermost first
// A layout that names no axes takes [batch, ..., token] and needs no wrapper.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Stream = Ordered<Resid<768>>;
#else
using Stream = Ordered<Resid<768>, Axis::token>;
#endif
static_assert(Stream::width == 768);
