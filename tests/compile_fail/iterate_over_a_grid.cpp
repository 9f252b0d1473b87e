// expect: a grid is not a range: sweep it, and read result.cells()
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const Grid& grid, const SweepResult& result) {
#ifdef SUTURE_BAD
    for (auto cell : grid) (void)cell;
#else
    for (auto cell : result.cells()) (void)cell;
#endif
}
