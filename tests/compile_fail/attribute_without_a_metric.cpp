// expect: all four are needed: write attribution_patching(model, patching, grid, metric)
// As for a sweep.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

SweepResult swept(Hooked<torch::nn::Identity>& model, const Grid& grid, const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    return attribution_patching(model, zero_ablation(prompts), grid);
#else
    return attribution_patching(model, zero_ablation(prompts), grid, logit(1));
#endif
}
