// expect: an Owned shows itself by view(): write owned.view()
// A View of an Owned shows later writes, so it is asked for by name.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    View<Qkv> view = activation;
#else
    View<Qkv> view = activation.view();
#endif
}
