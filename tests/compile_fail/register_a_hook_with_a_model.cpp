// expect: a hook is added to a set: write hooks.add(site, recipe)
// A set is active while its scope lives, and then leaves no trace in the model.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model->register_forward_hook(on<Z>().zero());
#else
    hooks.add(model->blocks[3]->attn->z, on<Z>().zero());
#endif
}
