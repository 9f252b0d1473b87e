// expect: a layout without components: list those that the last axis is packed from
// An activation that is not packed is one component: `Resid<768>`.
#include <suture/core/layout.hpp>

using namespace suture;

#ifdef SUTURE_BAD
static_assert(Fused<768>::width == 768);
#else
static_assert(Resid<768>::width == 768);
#endif
