// expect: this site has no layout of its own: write add_backward<Layout>(site, recipe)
// A gradient is packed as the activation is: where the site does not say how, whoever adds the recipe does.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const Hooked<torch::nn::Identity>& site) {
#ifdef SUTURE_BAD
    auto handle = hooks.add_backward(site, on<Q>().zero());
#else
    auto handle = hooks.add_backward<Qkv>(site, on<Q>().zero());
#endif
}
