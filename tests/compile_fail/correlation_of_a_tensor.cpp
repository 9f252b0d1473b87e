// expect: this takes the result of a sweep: write attribution_correlation(result)
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto r = attribution_correlation(result.values);
#else
    auto r = attribution_correlation(result);
#endif
}
