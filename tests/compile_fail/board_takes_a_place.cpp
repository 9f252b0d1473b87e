// expect: the edit has no operation: write on<...>(...).set(value)
// The operation says what happens at the place.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Board<Qkv>& board) {
#ifdef SUTURE_BAD
    board[3] = on<Q>(token(4));
#else
    board[3] = on<Q>(token(4)).zero();
#endif
}
