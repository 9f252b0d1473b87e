// expect: a result has several tensors: write result.effects(), or result.values
// recovered() and mean_recovered() relate the effects to the other run.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    at::Tensor effects = result;
#else
    at::Tensor effects = result.effects();
#endif
}
