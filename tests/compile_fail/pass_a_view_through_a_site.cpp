// expect: a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)
// A model passes tensors; suture lends Views of them to hooks.
#include <suture/suture.hpp>

using namespace suture;

at::Tensor forward(const HookPoint<Resid<768>>& resid, View<Resid<768>> x) {
#ifdef SUTURE_BAD
    return resid(x);
#else
    return resid(x.clone());
#endif
}
