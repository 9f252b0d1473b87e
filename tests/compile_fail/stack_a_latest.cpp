// expect: a Latest keeps one entry of each layer: write latest[3], or use a History
// The next pass overwrites it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest, const History<Qkv>& history) {
#ifdef SUTURE_BAD
    auto all = latest.stack(3);
#else
    auto all = history.stack(3);
#endif
}
