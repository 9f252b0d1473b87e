// expect: a result is drawn by a function: write pictures::heat_map_of(result)
#include <suture/pictures/pictures.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    result.plot();
#else
    auto map = pictures::heat_map_of(result);
#endif
}
