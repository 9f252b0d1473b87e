// expect: this Owned is gone at the end of the line: give it a name, then view() it
// Its storage would live on in the View, but nobody could write or take it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    View<Qkv> copy = activation.clone().view();
#else
    Owned<Qkv> copy = activation.clone();
    View<Qkv> view = copy.view();
#endif
}
