// expect: the model comes first: write sites<Layout>(model, pattern)
// As everywhere: model, then what in it.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto c_attn = sites<Qkv>("h.*.attn.c_attn", model);
#else
    auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
#endif
}
