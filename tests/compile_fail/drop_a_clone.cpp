// expect: the result is a new Owned: use it, or its tensor
// Cloning changes nothing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void keep(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation.clone();
#else
    Owned<Qkv> mine = activation.clone();
#endif
}
