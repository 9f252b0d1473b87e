// expect: a swap takes two sites: write board.swap(3, 11)
// Their entries are exchanged.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void exchange(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board.swap(3);
#else
    board.swap(3, 11);
#endif
}
