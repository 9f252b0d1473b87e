// expect: an entry is switched as a whole: write board[site].disable()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    board[3][on<Q>(token(4))].disable();
#else
    board[3].disable();
#endif
}
