// expect: this site has no layout of its own: write check_layout<Layout>(model, site, ids)
// A site that does not say how it is packed can only be checked against a layout that the call names.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

auto check(Hooked<torch::nn::Identity>& model, const HookPoint<AnyLayout>& projection, const at::Tensor& x) {
#ifdef SUTURE_BAD
    return check_layout(model, projection, x);
#else
    return check_layout<Gpt2Qkv<768, 12>>(model, projection, x);
#endif
}
