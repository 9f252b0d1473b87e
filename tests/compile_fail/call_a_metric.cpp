// expect: a metric is read by a sweep: write sweep(model, patching, grid, metric)
// For one run, index its logits.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const at::Tensor& logits) {
#ifdef SUTURE_BAD
    auto value = logit(7)(logits);
#else
    auto value = logits.select(-1, 7);
#endif
}
