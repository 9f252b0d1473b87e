// expect: the model goes on with what a site returns: use it
// A hook's replacement is what the site returns.
#include <suture/suture.hpp>

using namespace suture;

at::Tensor forward(const HookPoint<Resid<768>>& resid, at::Tensor x) {
#ifdef SUTURE_BAD
    resid(x);
    return x;
#else
    x = resid(x);
    return x;
#endif
}
