// expect: a path is looked up in a model: write site<Layout>(model, path)
// A SiteRef is an identity, which only the model can give.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    SiteRef<Qkv> c_attn("h.3.attn.c_attn");
#else
    SiteRef<Qkv> c_attn = site<Qkv>(model, "h.3.attn.c_attn");
#endif
}
