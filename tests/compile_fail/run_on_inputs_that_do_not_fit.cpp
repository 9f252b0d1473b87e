// expect: this model cannot be run with these inputs: give what its forward takes
// The inputs are those of the model's forward.
#include <suture/suture.hpp>

using namespace suture;

struct Model {
    at::Tensor forward(const at::Tensor& ids);
};

at::Tensor look(HookSet& hooks, Model& model, const std::vector<int>& ids, const at::Tensor& batch) {
#ifdef SUTURE_BAD
    return run_with_hooks(model, hooks, ids);
#else
    return run_with_hooks(model, hooks, batch);
#endif
}
