// expect: a hook is added to a set: write hooks.add(site->input, recipe)
// A hooked module has a site at its input.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use(HookSet& hooks, Gpt2<768, 12>& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model->register_forward_pre_hook(on<Resid>().zero());
#else
    hooks.add(model->h[3]->resid_pre, on<Resid<768>>().zero());
#endif
}
