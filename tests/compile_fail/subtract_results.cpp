// expect: a result has several tensors: write a.values - b.values, or effects()
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto difference = result - result;
#else
    auto difference = result.values - result.values;
#endif
}
