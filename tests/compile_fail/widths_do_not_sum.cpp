// expect: the widths do not sum to the width of the layout: correct a width or the total
// The width of a layout is written out so that it can be checked against the model. Here one part is narrower than in
// the model; both compilers print the two numbers.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
using Qkv = Fused<2304, Q<700, 10>, K<768, 12>, V<768, 12>>;
#else
using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;
#endif
static_assert(Qkv::width == 2304);
