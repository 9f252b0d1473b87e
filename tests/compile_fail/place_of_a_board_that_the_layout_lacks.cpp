// expect: the layout lacks the component: name one that it has
// The board knows its layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3][on<Mlp>()] = 0;
#else
    board[3][on<V>()] = 0;
#endif
}
