// expect: not a hook for this site: take const at::Tensor&, return nothing or a tensor
// A site without a layout lends the tensor, which must not be written.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<AnyLayout>& point) {
#ifdef SUTURE_BAD
    hooks.add(point, [](at::Tensor& activation) { activation.zero_(); });
#else
    hooks.add(point, [](const at::Tensor& activation) { return activation * 0; });
#endif
}
