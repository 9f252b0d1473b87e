// expect: a grid goes by position by itself: write all_positions() for all at once
// `at` names some of them.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const Grid& grid) {
#ifdef SUTURE_BAD
    Grid by = grid.by_position();
#else
    Grid by = grid.all_positions();
#endif
}
