// expect: a sweep needs all four: write sweep(model, patching, grid, metric)
// A grid says which component of the sites, by head or not, at which positions.
#include <torch/nn/modules/linear.h>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

SweepResult swept(Hooked<torch::nn::Identity>& model, const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    return sweep(model, zero_ablation(prompts), sites<Qkv>(model, "h.*.attn.c_attn"), logit(1));
#else
    return sweep(model, zero_ablation(prompts), Grid::of<Q>(sites<Qkv>(model, "h.*.attn.c_attn")), logit(1));
#endif
}
