// expect: norms are those of one activation or recorder: write norms(latest[3])
// A board has no activations.
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<Resid<768>>& latest, const Board<Resid<768>>& board) {
#ifdef SUTURE_BAD
    at::Tensor n = norms(board);
#else
    at::Tensor n = norms(latest);
#endif
}
