// expect: a component has no channels: give it a width of at least 1
// What is not there is left out of the layout.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
static_assert(Fused<8, Q<8>, Gate<0>>::width == 8);
#else
static_assert(Fused<8, Q<8>>::width == 8);
#endif
