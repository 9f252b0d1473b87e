// expect: a board replaces: write board[site] = place.subtract(value)
// The board has no activations: it says what becomes of them.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void shift(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3][on<Q>(token(4))] -= 1;
#else
    board[3] = on<Q>(token(4)).subtract(1);
#endif
}
