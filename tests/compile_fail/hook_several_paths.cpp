// expect: a path is looked up in a model: write add(site<Layout>(model, path), recipe)
// A list of paths is not a list of sites: a pattern finds them all.
#include <torch/nn/modules/linear.h>
#include <suture/suture.hpp>

#include <string>
#include <vector>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void attach(HookSet& hooks, Hooked<torch::nn::Identity>& model) {
#ifdef SUTURE_BAD
    hooks.add(std::vector<std::string>{"h.0.attn.c_attn", "h.1.attn.c_attn"}, on<Q>().zero());
#else
    hooks.add(sites<Qkv>(model, "h.[01].attn.c_attn"), on<Q>().zero());
#endif
}
