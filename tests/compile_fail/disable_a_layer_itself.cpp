// expect: a layer is switched by its number: write board.disable(layer)
// The entry stays, and does nothing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3].disable();
#else
    board.disable(3);
#endif
}
