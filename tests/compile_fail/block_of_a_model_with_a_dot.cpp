// expect: the modules in a block are pointers: write model->blocks[1]->attn->qkv
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[1].resid_pre, on<Resid>().zero());
#else
    hooks.add(model->blocks[1]->resid_pre, on<Resid>().zero());
#endif
}
