// expect: an entry goes by its site: write board[3], board[site] or board.layer(3)
// The site comes first, then the place in it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[Q<768, 12>()] = 0;
#else
    board[3][on<Q>()] = 0;
#endif
}
