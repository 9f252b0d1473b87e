// expect: a hook is added to a set: write hooks.add(site<L>(model, path), recipe)
// Hooks belong to a set, and sites are found by the path of a module.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model.register_forward_hook(ids);
#else
    HookSet hooks;
    hooks.add(site<Resid<768>>(model, "h.0"), on<Resid>(token(4)).zero());
#endif
}
