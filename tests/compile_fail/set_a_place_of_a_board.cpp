// expect: a place of a board is assigned to: write board[site][place] = value
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    board[3][on<Q>(token(4))].set(1.0);
#else
    board[3][on<Q>(token(4))] = 1.0;
#endif
}
