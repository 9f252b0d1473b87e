// expect: a board replaces: write board[site] = on<C>().divide(value)
// The board has no activations: it says what becomes of them.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void halve(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3] /= 2;
#else
    board[3] = on<Qkv>().divide(2);
#endif
}
