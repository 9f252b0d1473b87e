// expect: a layout without groups: give it at least 1
// One group is the same as none: Fused.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
static_assert(Grouped<0, Q<64>, K<64>>::width == 128);
#else
static_assert(Grouped<1, Q<64>, K<64>>::width == 128);
#endif
