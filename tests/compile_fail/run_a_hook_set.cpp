// expect: a set runs with a model: write run_with_hooks(model, hooks, ids)
// Hooks do not know the model.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

at::Tensor look(HookSet& hooks, Hooked<torch::nn::Identity>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return hooks.run(model, ids);
#else
    return run_with_hooks(model, hooks, ids);
#endif
}
