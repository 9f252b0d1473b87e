// expect: a board replaces activations: give a recipe, a callback or a recorder
// A recipe edits gradients.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Resid<768>>& resid, Board<Resid<768>>& board) {
#ifdef SUTURE_BAD
    hooks.add_backward(resid, board);
#else
    hooks.add_backward(resid, on<Resid>().zero());
#endif
}
