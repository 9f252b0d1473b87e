// expect: Q, K and V are packed: edit model->blocks[0]->attn->qkv with on<Q>()
// TransformerLens has a hook for each; GPT-2 computes all three in one layer.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[0]->attn->hook_q, on<Q>().zero());
#else
    hooks.add(model->blocks[0]->attn->qkv, on<Q>().zero());
#endif
}
