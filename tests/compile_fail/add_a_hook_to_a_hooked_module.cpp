// expect: a hook is added to a set: write hooks.add(module, recipe)
// The set is activated for a run.
#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(HookSet& hooks, Hooked<torch::nn::Linear, Qkv>& c_attn) {
#ifdef SUTURE_BAD
    c_attn->register_forward_hook(on<Q>().zero());
#else
    hooks.add(c_attn, on<Q>().zero());
#endif
}
