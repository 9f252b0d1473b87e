// expect: this module has no site: declare it as Hooked<torch::nn::Linear, Layout>
// LibTorch has no forward hooks. A module that is declared as Hooked passes its input and output through sites.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, torch::nn::Linear c_proj, Hooked<torch::nn::Linear, AttnOut<768>> hooked) {
#ifdef SUTURE_BAD
    hooks.add(c_proj, on<AttnOut>().zero());
#else
    hooks.add(hooked, on<AttnOut>().zero());
#endif
}
