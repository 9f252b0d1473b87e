// expect: Q, K and V are packed: edit model->h[0]->attn->c_attn with on<Q>()
// TransformerLens has a hook for each; GPT-2 computes all three in one layer.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->h[0]->attn->hook_q, on<Q>().zero());
#else
    hooks.add(model->h[0]->attn->c_attn, on<Q>().zero());
#endif
}
