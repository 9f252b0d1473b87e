// expect: the modules in a block are pointers: write model->h[1]->attn->c_attn
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->h[1].resid_pre, on<Resid>().zero());
#else
    hooks.add(model->h[1]->resid_pre, on<Resid>().zero());
#endif
}
