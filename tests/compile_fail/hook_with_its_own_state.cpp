// expect: a hook is copied and called as const: capture by reference or shared_ptr
// A hook set copies its hooks, and several threads may call one at once, so its state must live outside.
#include <suture/suture.hpp>

using namespace suture;

using Mlps = Mlp<3072>;

void count(HookSet& hooks, const HookPoint<Mlps>& mlp, int& passes) {
#ifdef SUTURE_BAD
    hooks.add(mlp, [n = 0](const View<Mlps>&) mutable { ++n; });
#else
    hooks.add(mlp, [&passes](const View<Mlps>&) { ++passes; });
#endif
}
