// expect: a part is read at its place: write x[on<C>(token(4), head(3))]
// The place finds the axis, and does not leave the component.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto row = activation.select(1, 4);
#else
    auto row = activation[on<Q>(token(4))].clone();
#endif
}
