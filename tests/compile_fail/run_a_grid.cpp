// expect: a grid is swept: write sweep(model, patching, grid, metric)
#include <suture/gpt2/gpt2.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const Grid& grid, const Patching& patching, const Metric& metric) {
#ifdef SUTURE_BAD
    auto result = grid.run(model);
#else
    auto result = sweep(model, patching, grid, metric);
#endif
}
