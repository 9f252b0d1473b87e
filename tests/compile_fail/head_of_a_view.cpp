// expect: a part is read at its place: write x[on<C>(token(4), head(3))]
// The place names the component, which has the heads.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto values = activation.head(3);
#else
    auto values = activation[on<Q>(head(3))];
#endif
}
