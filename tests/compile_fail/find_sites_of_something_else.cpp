// expect: this is not a layout: write sites<Layout>(model, pattern)
// A layout is `Fused<...>`, `Grouped<...>` or one component.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto z = sites<at::Tensor>(model, "h.*.attn.z");
#else
    auto z = sites<Z<768, 12>>(model, "h.*.attn.z");
#endif
}
