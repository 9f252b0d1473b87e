// expect: an axis stands twice: name each once, and others Axis::other
// A selector would not know which of the two it means. Axes that no selector addresses are Axis::other, as often as needed.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Stream = Ordered<Resid<768>, Axis::token, Axis::batch, Axis::batch>;
#else
using Stream = Ordered<Resid<768>, Axis::token, Axis::batch, Axis::other>;
#endif
static_assert(Stream::width == 768);
