// expect: not a hook for this site: take const View<L>&, return nothing or a replacement
// PyTorch's hooks take the module, the input and the output; here they take what passes, and perhaps its Site.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid) {
#ifdef SUTURE_BAD
    hooks.add(resid, [](const Site&, const at::Tensor&, const at::Tensor& output) { return output * 2; });
#else
    hooks.add(resid, [](const View<Resid<768>>& output, const Site&) { return output * 2; });
#endif
}
