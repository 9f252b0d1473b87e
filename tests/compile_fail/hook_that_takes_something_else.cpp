// expect: this is no hook here: take const View<Layout>&, return nothing or a replacement
// A hook is lent a View of the layout that its site has. A tensor that it could write is not lent.
#include <suture/suture.hpp>

using namespace suture;

using Mlps = Whole<Mlp<3072>>;

void attach(HookSet& hooks, const HookPoint<Mlps>& mlp) {
#ifdef SUTURE_BAD
    auto handle = hooks.add(mlp, [](at::Tensor& activation) { activation.zero_(); });
#else
    auto handle = hooks.add(mlp, [](const View<Mlps>& activation) { return activation | on<Mlp>().zero(); });
#endif
}
