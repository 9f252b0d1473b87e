// expect: a grid takes all positions or those given: write at(tokens(2, 5))
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const Grid& grid) {
#ifdef SUTURE_BAD
    auto g = grid.all_positions(true);
#else
    auto g = grid.all_positions();
#endif
}
