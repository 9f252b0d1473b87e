// expect: this recorder has another layout: declare it with that of the site
// A gradient is packed like its activation.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, Latest<Q<768>>& queries, Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    hooks.add_backward(resid, queries);
#else
    hooks.add_backward(resid, latest);
#endif
}
