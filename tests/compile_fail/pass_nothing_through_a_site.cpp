// expect: an activation passes through a site: write x = point(x)
// To look at what passed, record it.
#include <suture/suture.hpp>

using namespace suture;

at::Tensor look(const HookPoint<Resid<768>>& resid, Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    return resid();
#else
    return latest[0].clone();
#endif
}
