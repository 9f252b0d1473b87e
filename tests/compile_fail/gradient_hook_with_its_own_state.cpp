// expect: a hook is copied and called as const: capture by reference or shared_ptr
// A hook set copies its hooks, and several threads may call one at once.
#include <suture/suture.hpp>

using namespace suture;

void count(HookSet& hooks, const HookPoint<Mlp<3072>>& mlp, int& passes) {
#ifdef SUTURE_BAD
    hooks.add_backward(mlp, [n = 0](const View<Mlp<3072>>&) mutable { ++n; });
#else
    hooks.add_backward(mlp, [&passes](const View<Mlp<3072>>&) { ++passes; });
#endif
}
