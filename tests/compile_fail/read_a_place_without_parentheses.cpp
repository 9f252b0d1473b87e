// expect: a place is a call: write x[on<Q>()], with parentheses
// Selectors go into the parentheses.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const View<Qkv>& view) {
#ifdef SUTURE_BAD
    const auto q = view[on<Q>];
#else
    const auto q = view[on<Q>()];
    (void)q;
#endif
}
