// expect: this has another name: write all_positions()
// Positions are those of the sequence.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const Grid& grid) {
#ifdef SUTURE_BAD
    Grid all = grid.all_tokens();
#else
    Grid all = grid.all_positions();
#endif
}
