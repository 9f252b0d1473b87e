// expect: this module has no site: declare it as Hooked<torch::nn::Linear, Layout>
// Gradients are edited at sites, as activations are.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, torch::nn::Linear c_proj, Hooked<torch::nn::Linear, AttnOut<768>> hooked) {
#ifdef SUTURE_BAD
    hooks.add_backward(c_proj, on<AttnOut>().zero());
#else
    hooks.add_backward(hooked, on<AttnOut>().zero());
#endif
}
