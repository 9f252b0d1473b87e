// expect: an MLP has c_fc, act and c_proj: write model->h[1]->mlp->act
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->h[1]->mlp->neurons, on<Mlp>().zero());
#else
    hooks.add(model->h[1]->mlp->act, on<Mlp>().zero());
#endif
}
