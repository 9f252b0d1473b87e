// expect: a board has no activations: record them with a Latest
// A recipe changes what passes: board[3] = on<Q>().multiply(2).
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    board[3] = board[4] * 2;
#else
    board[3] = on<Q>().multiply(2);
#endif
}
