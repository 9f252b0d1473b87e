// expect: an entry is assigned to: write board.layer(3) = value
// A value, a tensor, a View, a Slot or a recipe.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board.layer(3, 0.0);
#else
    board.layer(3) = 0.0;
#endif
}
