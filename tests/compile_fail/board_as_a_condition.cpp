// expect: a board is not a condition: write board.size() > 0
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    if (board) return;
#else
    if (board.size() > 0) return;
#endif
}
