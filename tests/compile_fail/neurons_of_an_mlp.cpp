// expect: an MLP has hidden, or gate and up, act and down: write mlp->act
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(model->blocks[1]->mlp->neurons, on<Mlp>().zero());
#else
    hooks.add(model->blocks[1]->mlp->act, on<Mlp>().zero());
#endif
}
