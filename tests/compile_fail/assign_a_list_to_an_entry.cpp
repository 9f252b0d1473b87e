// expect: a list is not a value: write board[site] = at::tensor({1.0, 2.0})
// A tensor has a dtype.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[0] = {0.0, 1.0};
#else
    board[0] = at::tensor({0.0, 1.0});
#endif
}
