// expect: the model comes first: write site<Layout>(model, path)
// As everywhere: model, then what in it.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto c_attn = site<Qkv>("h.0.attn.c_attn", model);
#else
    auto c_attn = site<Qkv>(model, "h.0.attn.c_attn");
#endif
}
