// expect: a board is not a range: write board[3] or board[site] for each
// The program knows which sites it gave to the board.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    for (auto& entry : board) entry = 0.0;
#else
    for (const auto& at : found) board[at] = 0.0;
#endif
}
