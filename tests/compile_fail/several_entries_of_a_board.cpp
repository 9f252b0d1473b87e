// expect: one entry at a time: write board[3] = value for each
// An assignment changes one entry.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[{1, 2}] = 0.0;
#else
    for (int i : {1, 2}) board[i] = 0.0;
#endif
}
