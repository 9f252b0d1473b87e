// expect: this is not a layout: write add<Layout>(site, recipe)
// A layout is `Fused<...>`, `Grouped<...>` or one component.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<AnyLayout>& point) {
#ifdef SUTURE_BAD
    hooks.add<float>(point, on<Resid>().zero());
#else
    hooks.add<Resid<768>>(point, on<Resid>().zero());
#endif
}
