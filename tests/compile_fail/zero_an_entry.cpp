// expect: an entry is assigned to: write board[site] = 0
// The board replaces what passes the site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3].zero();
#else
    board[3] = 0;
#endif
}
