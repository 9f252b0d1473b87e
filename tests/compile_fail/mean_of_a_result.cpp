// expect: a result has several tensors: write result.effects(), or result.values
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto mean = result.mean();
#else
    auto mean = result.effects().mean();
#endif
}
