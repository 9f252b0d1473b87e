// expect: a path is looked up in a model: write add(site<Layout>(model, path), recipe)
// A set does not know the model; one set may hold hooks of several.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    hooks.add("h.0.attn.c_attn", on<Q>().zero());
#else
    hooks.add(site<Qkv>(model, "h.0.attn.c_attn"), on<Q>().zero());
#endif
}
