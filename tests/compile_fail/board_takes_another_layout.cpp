// expect: this holds another layout: for a part, write board[site][on<C>()] = value
// A layer of the board is replaced as a whole, or at a place.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(Board<Qkv>& board, View<Q<768, 12>> query) {
#ifdef SUTURE_BAD
    board[3] = query;
#else
    board[3][on<Q>()] = query;
#endif
}
