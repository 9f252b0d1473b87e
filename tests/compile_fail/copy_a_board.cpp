// expect: a Board is not copied: its hooks use this one, so pass a reference
// Changes of a copy would not reach the model.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void keep(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    Board<Qkv> second = board;
#else
    Board<Qkv>& second = board;
#endif
}
