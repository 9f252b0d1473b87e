// expect: one entry at a time: write board.layer(3) = value for each
// An assignment changes one entry.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board.layers(0, 2) = 0.0;
#else
    for (std::size_t i : {0, 1}) board.layer(i) = 0.0;
#endif
}
