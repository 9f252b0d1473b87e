// expect: an entry of a board is cleared: write board.clear(site)
// The layer's own activation passes again.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void restore(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board.erase(3);
#else
    board.clear(3);
#endif
}
