// expect: an attention has c_attn, scores, pattern, z and c_proj: write attn->z
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[1]->attn->attn_weights, [](const at::Tensor&) {});
#else
    hooks.add(model->blocks[1]->attn->pattern, [](const at::Tensor&) {});
#endif
}
