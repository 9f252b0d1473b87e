// expect: a View is read-only: write view | on<C>().set(value)
// A record shows what passed. A board or a hook changes what passes next.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(const Latest<Qkv>& latest, Board<Qkv>& board) {
#ifdef SUTURE_BAD
    latest[3] = latest[0];
#else
    board[3] = latest[0];
#endif
}
