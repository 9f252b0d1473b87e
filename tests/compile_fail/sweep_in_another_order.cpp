// expect: a sweep needs all four: write sweep(model, patching, grid, metric)
// Which model, what is put in, where, and what is measured.
#include <torch/nn/modules/linear.h>
#include <suture/sweep/sweep.hpp>

using namespace suture;

SweepResult swept(Hooked<torch::nn::Identity>& model, const Grid& grid, const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    return sweep(model, grid, zero_ablation(prompts), logit(1));
#else
    return sweep(model, zero_ablation(prompts), grid, logit(1));
#endif
}
