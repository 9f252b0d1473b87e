// expect: an audit compares two activations: write audit(view, view | recipe)
// The recipe is run once, by the pipe.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto report = audit(view, on<Q>().zero());
#else
    auto report = audit(view, view | on<Q>().zero());
#endif
}
