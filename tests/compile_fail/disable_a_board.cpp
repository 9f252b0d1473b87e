// expect: an entry is switched at its site: write board.disable(3), or disable its key
// The key that hooks.add(sites, board) returns switches all entries.
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(Board<Q<768, 12>>& board) {
#ifdef SUTURE_BAD
    board.disable();
#else
    board.disable(3);
#endif
}
