// expect: a part is read at its place: write x[on<C>(token(4), head(3))]
// One syntax for reading, writing and editing a place.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto query = activation.get<Q>();
#else
    auto query = activation[on<Q>()];
#endif
}
