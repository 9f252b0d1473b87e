// expect: a token is named by its id: write logit(5335)
// Ids come from the tokenizer.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

Metric metric() {
#ifdef SUTURE_BAD
    return logit(" Mary");
#else
    return logit(5335);
#endif
}
