// expect: a recorder is not copied: its hooks fill this one, so pass a reference
// A copy would not be filled.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void keep(Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    Latest<Qkv> second = latest;
#else
    Latest<Qkv>& second = latest;
#endif
}
