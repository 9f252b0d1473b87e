// expect: a const model cannot be run: pass the model itself, not a reference to const
// A forward pass is not const in LibTorch, although sites are found in a const model.
#include <suture/sweep/sweep.hpp>

using namespace suture;

struct Model {
    at::Tensor forward(const at::Tensor& ids);
};

SweepResult swept(Model& model, const Grid& grid, const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    const Model& looked_at = model;
    return sweep(looked_at, zero_ablation(prompts), grid, logit(1));
#else
    return sweep(model, zero_ablation(prompts), grid, logit(1));
#endif
}
