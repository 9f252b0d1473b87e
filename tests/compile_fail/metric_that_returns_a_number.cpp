// expect: a metric gives one number per run, as a tensor [runs]: return that
// Several runs are judged at once.
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto metric = metric_of([](const at::Tensor& logits) { return logits.sum().item<double>(); });
#else
    auto metric = metric_of([](const at::Tensor& logits) { return logits.sum(-1).mean(-1); });
#endif
}
