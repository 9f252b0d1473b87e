// expect: a place of a board takes a number, a tensor, a View, a place or a Slot: give one
// Zero ablation is the number 0.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3][on<Q>()] = "zero";
#else
    board[3][on<Q>()] = 0;
#endif
}
