// expect: the sites follow the model: write run_with_cache(model, sites, ids)
// Hooks that are active in this thread run as well.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

auto look(Hooked<torch::nn::Identity>& model, const HookSet& hooks, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return run_with_cache(model, hooks, ids);
#else
    const auto scope = hooks.activate();
    return run_with_cache(model, sites<Resid<768>>(model, "h.*.resid_post"), ids);
#endif
}
