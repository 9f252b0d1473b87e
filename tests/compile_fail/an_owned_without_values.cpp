// expect: an Owned holds values: make it by clone(), cat, an edit or adopt()
// There is no Owned without a tensor, except one that was moved from.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    Owned<Qkv> mine;
#else
    Owned<Qkv> mine = activation.clone();
#endif
}
