// expect: the model comes first, then the set: write run_with_hooks(model, hooks, ids)
// A recipe does not know its site.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

at::Tensor look(Hooked<torch::nn::Identity, Resid<768>>& model, const at::Tensor& x) {
#ifdef SUTURE_BAD
    return run_with_hooks(model, on<Resid>().zero(), x);
#else
    HookSet hooks;
    hooks.add(model, on<Resid>().zero());
    return run_with_hooks(model, hooks, x);
#endif
}
