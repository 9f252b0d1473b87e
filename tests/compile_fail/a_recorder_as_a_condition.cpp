// expect: a recorder is not a condition: write !recorder.empty()
// It may be attached and empty.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    if (latest) return;
#else
    if (!latest.empty()) return;
#endif
}
