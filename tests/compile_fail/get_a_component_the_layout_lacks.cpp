// expect: the layout lacks the component: name one that it has
// Reading is checked in the same way as writing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto gate = activation[on<Gate>()];
#else
    auto query = activation[on<Q>()];
#endif
}
