// expect: a hook is added at a site: write add(site, recipe), or give a callback
// A tensor is edited by a pipe; hooks are for what passes in a model.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const at::Tensor& activation) {
#ifdef SUTURE_BAD
    hooks.add(activation, on<Resid>().zero());
#else
    at::Tensor edited = borrow<Resid<768>>(activation) | on<Resid>().zero();
#endif
}
