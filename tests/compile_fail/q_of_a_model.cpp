// expect: Q, K and V lie side by side: edit attn->qkv_site() with on<Q>()
// TransformerLens has a hook for each; here they are parts of one layout, in every family.
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[0]->attn->hook_q, on<Q>().zero());
#else
    hooks.add(model->blocks[0]->attn->qkv_site(), on<Q>().zero());
#endif
}
