// expect: an activation passes through a site: write x = point(x)
// A site is not a module.
#include <suture/suture.hpp>

using namespace suture;

at::Tensor forward(const HookPoint<Resid<768>>& resid, const at::Tensor& x) {
#ifdef SUTURE_BAD
    return resid.forward(x);
#else
    return resid(x);
#endif
}
