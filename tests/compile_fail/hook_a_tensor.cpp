// expect: a value is not a hook: write add(site, on<Layout>().set(value))
// A recipe says what happens to the value: set, add, multiply.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, const at::Tensor& clean) {
#ifdef SUTURE_BAD
    hooks.add(resid, clean);
#else
    hooks.add(resid, on<Resid>().set(clean));
#endif
}
