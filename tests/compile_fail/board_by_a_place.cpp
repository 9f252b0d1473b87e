// expect: a place is in a site: write board[site][on<C>(token(4))] = value
// The layer comes first.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[on<Q>(token(4))] = 0;
#else
    board[3][on<Q>(token(4))] = 0;
#endif
}
