// expect: a part of it is a place: write board[site][on<C>(token(4))] = value
// The place names the component, too.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3][token(4)] = 0;
#else
    board[3][on<Qkv>(token(4))] = 0;
#endif
}
