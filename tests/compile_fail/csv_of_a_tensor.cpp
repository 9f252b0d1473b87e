// expect: this takes the result of a sweep: write csv_text(result)
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto text = csv_text(result.values);
#else
    auto text = csv_text(result);
#endif
}
