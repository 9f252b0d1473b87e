// expect: a board is assigned to in one statement: write board[site] = value
// An entry of a board is named where it is assigned to.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    auto layer = board[3];
    layer = 0;
#else
    board[3] = 0;
#endif
}
