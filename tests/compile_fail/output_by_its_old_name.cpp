// expect: members have one name in all families: write attn->out, or mlp->down
// GPT-2 calls both output projections c_proj, Llama o_proj and down_proj, GPT-NeoX dense and dense_4h_to_h.
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[1]->mlp->c_proj, on<MlpOut>().zero());
#else
    hooks.add(model->blocks[1]->mlp->down, on<MlpOut>().zero());
#endif
}
