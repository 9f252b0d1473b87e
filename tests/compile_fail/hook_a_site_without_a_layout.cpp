// expect: this site has no layout of its own: write add<Layout>(site, recipe)
// A module that is hooked without a layout emits plain tensors, so the call that adds a recipe names the layout.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const Hooked<torch::nn::Identity>& site) {
#ifdef SUTURE_BAD
    hooks.add(site, on<Q>().zero());
#else
    hooks.add<Qkv>(site, on<Q>().zero());
#endif
}
