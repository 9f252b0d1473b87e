// expect: a board is assigned to at a site: write board[3] = recipe
// For all sites at once, add the recipe to the set itself.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board = on<Q>().zero();
#else
    board[3] = on<Q>().zero();
#endif
}
