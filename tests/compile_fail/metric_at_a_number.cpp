// expect: a metric is read at positions: write at(token(4)), or at(tokens(2, 5))
// Several positions give the mean over them.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    const Metric metric = logit(7).at(4);
#else
    const Metric metric = logit(7).at(token(4));
#endif
}
