// expect: a part is read at its place: write x[on<C>(token(4), head(3))]
// Offsets counted by hand are what a layout is for.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto key = activation.slice(-1, 768, 1536);
#else
    auto key = activation[on<K>()];
#endif
}
