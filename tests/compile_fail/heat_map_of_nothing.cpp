// expect: a map shows a result of a sweep: write heat_map_of(result)
// A heat map of a tensor is written pictures::HeatMap{.values = tensor}.
#include <suture/pictures/sweep_map.hpp>

using namespace suture;

void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto map = pictures::heat_map_of();
#else
    auto map = pictures::heat_map_of(result);
#endif
}
