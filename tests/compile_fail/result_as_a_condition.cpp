// expect: a result is not a condition: write result.is_complete()
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    if (result) return;
#else
    if (result.is_complete()) return;
#endif
}
