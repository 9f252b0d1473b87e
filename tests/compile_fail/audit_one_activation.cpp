// expect: an audit compares two activations: write audit(before, after)
// To see what a recipe would change, dry_run it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto compare(View<Qkv> before, View<Qkv> after) {
#ifdef SUTURE_BAD
    return audit(after);
#else
    return audit(before, after);
#endif
}
