// expect: this site has no layout of its own: write add<Layout>(site, recipe)
// A module hooked without a layout emits plain tensors; whoever adds a recipe says what they are.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const Hooked<torch::nn::Identity>& site) {
#ifdef SUTURE_BAD
    auto handle = hooks.add(site, on<Q>().zero());
#else
    auto handle = hooks.add<Qkv>(site, on<Q>().zero());
#endif
}
