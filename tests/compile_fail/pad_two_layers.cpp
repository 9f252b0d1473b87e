// expect: one layer at a time: write history.padded(3)
// The entries of one layer are padded to the longest of them.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void pad(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    (void)history.padded({0, 1});
#else
    (void)history.padded(0);
#endif
}
