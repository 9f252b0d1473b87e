// expect: a sweep needs all four: write sweep(model, patching, grid, metric)
// The metric is the number that each cell gets.
#include <torch/nn/modules/linear.h>
#include <suture/sweep/sweep.hpp>

using namespace suture;

SweepResult swept(Hooked<torch::nn::Identity>& model, const Grid& grid, const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    return sweep(model, zero_ablation(prompts), grid);
#else
    return sweep(model, zero_ablation(prompts), grid, logit(1));
#endif
}
