// expect: two tokens are compared, by their ids: write logit_difference(answer, other)
// The logit of a single token is `logit`.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

Metric metric() {
#ifdef SUTURE_BAD
    return logit_difference(5335);
#else
    return logit_difference(5335, 1757);
#endif
}
