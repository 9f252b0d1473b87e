// expect: an activation is not a condition: write (x == y).all().item<bool>()
// It has many values.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const View<Qkv>& x, const View<Qkv>& y) {
#ifdef SUTURE_BAD
    if (x) return;
    (void)y;
#else
    if ((x == y).all().item<bool>()) return;
#endif
}
