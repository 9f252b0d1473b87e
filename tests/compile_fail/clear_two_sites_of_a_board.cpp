// expect: an entry goes by its site: write board.clear(3), or board.clear() for all
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    board.clear(3, 4);
#else
    board.clear(3);
#endif
}
