// expect: one entry at a time: write board[site] = value for each
// An assignment changes one entry.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board, const std::vector<SiteRef<Qkv>>& found) {
#ifdef SUTURE_BAD
    board[{"h.1.attn.c_attn", "h.2.attn.c_attn"}] = 0.0;
#else
    for (const auto& at : found) board[at] = 0.0;
#endif
}
