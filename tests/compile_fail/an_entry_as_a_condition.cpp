// expect: an entry is not a condition: write board.contains(site)
// An entry is there to be assigned to.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    if (board[0]) board.clear();
#else
    if (board.contains(0)) board.clear();
#endif
}
