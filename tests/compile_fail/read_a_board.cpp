// expect: a board has no activations: record them with a Latest
// A board is written. What passed at a site is in a recorder.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(Board<Qkv>& board, Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    at::Tensor activation = board[3];
#else
    at::Tensor activation = latest[3].clone();
#endif
}
