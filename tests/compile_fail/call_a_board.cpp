// expect: an entry goes by its site: write board[3], board[site] or board.layer(3)
// The index counts the sites that the board is attached to.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board(2) = 0.0;
#else
    board[2] = 0.0;
#endif
}
