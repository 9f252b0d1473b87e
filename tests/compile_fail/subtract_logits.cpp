// expect: a difference of logits has a name: write logit_difference(answer, other)
// It is one metric.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Metric m = logit(1) - logit(2);
#else
    Metric m = logit_difference(1, 2);
#endif
}
