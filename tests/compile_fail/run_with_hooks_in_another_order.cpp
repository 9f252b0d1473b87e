// expect: the model comes first, then the set: write run_with_hooks(model, hooks, ids)
// The order is that of the name: run a model, with hooks, on inputs.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

at::Tensor look(HookSet& hooks, Hooked<torch::nn::Identity>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return run_with_hooks(hooks, model, ids);
#else
    return run_with_hooks(model, hooks, ids);
#endif
}
