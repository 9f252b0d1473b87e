// expect: a place is read in a layer: write latest[layer][on<C>()]
// The layer comes first.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto query = latest[on<Q>()];
#else
    auto query = latest[3][on<Q>()];
#endif
}
