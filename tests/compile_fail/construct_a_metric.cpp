// expect: a metric is made by a function: write logit(5335), or metric_of(f)
// There are also logit_difference, probability, loss and others.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Metric m = "loss";
#else
    Metric m = loss(5335);
#endif
}
