// expect: a hook is added to a set: write hooks.add(site->input, recipe)
// A hooked module has a site at its input.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model->register_forward_pre_hook(on<Resid>().zero());
#else
    hooks.add(model->blocks[3]->resid_pre, on<Resid<768>>().zero());
#endif
}
