// expect: a part is read at its place: write x[on<C>(token(4), head(3))]
// The layout knows the widths: `split(view)` gives all parts.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto parts = activation.split(768, -1);
#else
    auto [q, k, v] = split(activation);
#endif
}
