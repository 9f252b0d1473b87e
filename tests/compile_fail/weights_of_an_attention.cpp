// expect: an attention has qkv, scores, pattern, z and out: write block->attn->z
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[1]->attn->attn_weights, [](const at::Tensor&) {});
#else
    hooks.add(model->blocks[1]->attn->pattern, [](const at::Tensor&) {});
#endif
}
