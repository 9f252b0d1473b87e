// expect: a site is found by its path: write site<Layout>(model, path)
// A pattern finds several: `sites`.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto c_attn = site<Qkv>(model);
#else
    auto c_attn = site<Qkv>(model, "h.0.attn.c_attn");
#endif
}
