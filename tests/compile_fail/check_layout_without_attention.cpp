// expect: this layout has no Q, K or V: check the projection of an attention
// The checks follow from the way attention uses queries, keys and values; an MLP has none of these.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

auto check(Hooked<torch::nn::Identity>& model, const HookPoint<Mlp<3072>>& mlp,
           const HookPoint<Gpt2Qkv<768, 12>>& projection, const at::Tensor& x) {
#ifdef SUTURE_BAD
    return check_layout(model, mlp, x);
#else
    return check_layout(model, projection, x);
#endif
}
