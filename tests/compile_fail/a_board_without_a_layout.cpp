// expect: a board has a layout: write Board<Qkv> board
// Its entries are checked against the layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use() {
#ifdef SUTURE_BAD
    Board board;
#else
    Board<Qkv> board;
#endif
}
