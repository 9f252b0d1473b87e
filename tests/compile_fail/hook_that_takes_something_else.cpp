// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// A hook receives a View of the site's layout, and never a tensor that it could write.
#include <suture/suture.hpp>

using namespace suture;

using Mlps = Mlp<3072>;

void attach(HookSet& hooks, const HookPoint<Mlps>& mlp) {
#ifdef SUTURE_BAD
    hooks.add(mlp, [](at::Tensor& activation) { activation.zero_(); });
#else
    hooks.add(mlp, [](const View<Mlps>& activation) { return activation | on<Mlp>().zero(); });
#endif
}
