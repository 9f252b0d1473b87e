// expect: the layout knows the widths: write split(view)
// There is nothing to count.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto parts = split(view, 768, -1);
#else
    auto parts = split(view);
#endif
}
