// expect: the heads do not divide the width: give a width that is heads times head width
// A component that is not divided has one head.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
static_assert(Q<768, 0>::width == 768);
#else
static_assert(Q<768, 1>::width == 768);
#endif
