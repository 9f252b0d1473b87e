// expect: an entry is not compared: write board.contains(site), or print it
// An entry may hold several changes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    const bool there = board[3] == 0;
    (void)there;
#else
    const bool there = board.contains(3);
    (void)there;
#endif
}
