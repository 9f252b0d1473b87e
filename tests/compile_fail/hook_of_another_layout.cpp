// expect: the layout lacks the component: name one that it has
// The site knows the layout of its activations: here, the output of an MLP.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Mlp<3072>>& mlp) {
#ifdef SUTURE_BAD
    hooks.add(mlp, on<Q<768, 12>>(token(4)).zero());
#else
    hooks.add(mlp, on<Mlp<3072>>(token(4)).zero());
#endif
}
