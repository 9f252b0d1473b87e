// expect: the check needs a site of the model: write check_layout(model, site, ids)
// `site` looks a path up.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto check(Hooked<torch::nn::Identity>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    return check_layout(model, "h.0.attn.c_attn", ids);
#else
    return check_layout(model, site<Qkv>(model, "h.0.attn.c_attn"), ids);
#endif
}
