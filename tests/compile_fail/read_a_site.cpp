// expect: a site has no values: record them with a Latest, or change them by a recipe
// Activations exist while the model runs.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const HookPoint<Qkv>& c_attn, Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto query = c_attn[on<Q>()];
#else
    auto query = latest[0][on<Q>()];
#endif
}
