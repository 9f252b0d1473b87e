// expect: a family has no width: name the component, as in add<Q<768>>
// Without a width nothing says where a component ends.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<AnyLayout>& point) {
#ifdef SUTURE_BAD
    hooks.add<Resid>(point, on<Resid>().zero());
#else
    hooks.add<Resid<768>>(point, on<Resid>().zero());
#endif
}
