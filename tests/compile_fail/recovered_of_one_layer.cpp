// expect: this is in the axes of the result: write result.mean_recovered()[0]
#include <suture/sweep/sweep.hpp>

using namespace suture;

[[maybe_unused]] void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto of_layer_0 = result.mean_recovered(0);
#else
    auto of_layer_0 = result.mean_recovered()[0];
#endif
}
