// expect: this is neither a component nor a layout: write HookPoint<Resid<768>>
// The layout is part of the type.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    const HookPoint point("h.0.resid_pre");
    (void)point;
#else
    const HookPoint<Resid<768>> point("h.0.resid_pre");
    (void)point;
#endif
}
