// expect: the injected View holds another component: take its values with read()
// Query and key have equal shapes; nothing would notice at run time.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(Board<Qkv>& board, View<Qkv> clean) {
#ifdef SUTURE_BAD
    board[3][on<Q<768, 12>>()] = clean[on<K>()];
#else
    board[3][on<Q<768, 12>>()] = clean[on<Q>()];
#endif
}
