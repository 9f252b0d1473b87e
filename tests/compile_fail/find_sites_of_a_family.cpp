// expect: a family has no width: name the component, as in sites<Z<768, 12>>
// The layout of a site is checked against the model's.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void look(Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    auto z = sites<Z>(model, "h.*.attn.z");
#else
    auto z = sites<Z<768, 12>>(model, "h.*.attn.z");
#endif
}
