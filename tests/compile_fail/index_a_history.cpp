// expect: a History has several entries of a layer: write history.of(3) or stack(3)
// `of` gives the entries, `stack` one Owned with an axis for the passes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto entries = history[3];
#else
    auto entries = history.of(3);
#endif
}
