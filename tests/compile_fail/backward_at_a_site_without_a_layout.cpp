// expect: this site has no layout of its own: write add_backward<Layout>(site, recipe)
// A gradient is packed like its activation. If the site does not say how that is packed, the call must.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, const Hooked<torch::nn::Identity>& site) {
#ifdef SUTURE_BAD
    hooks.add_backward(site, on<Q>().zero());
#else
    hooks.add_backward<Qkv>(site, on<Q>().zero());
#endif
}
