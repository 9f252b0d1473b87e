// expect: a result has several tensors: write result.effects()[0], or result.values[0]
// recovered() and mean_recovered() relate the effects to the other run.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    auto first = result[0];
#else
    auto first = result.effects()[0];
#endif
}
