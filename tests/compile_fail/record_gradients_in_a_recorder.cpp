// expect: boards and recorders take activations: record gradients by a callback
// A recorder of a site holds one value of each pass.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, Latest<Resid<768>>& latest, at::Tensor& gradient) {
#ifdef SUTURE_BAD
    hooks.add_backward(resid, latest);
#else
    hooks.add_backward(resid, [&gradient](const View<Resid<768>>& g) { gradient = g.clone(); });
#endif
}
