// expect: a result is not a range of cells: write result.cells()
// The cells are made when they are asked for.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    for (const auto& cell : result) (void)cell;
#else
    for (const auto& cell : result.cells()) (void)cell;
#endif
}
