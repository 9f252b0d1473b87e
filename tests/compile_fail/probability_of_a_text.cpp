// expect: the answer is a token id, or a tensor of one per prompt: write probability(5335)
// Ids come from the tokenizer.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

Metric metric() {
#ifdef SUTURE_BAD
    return probability(" Mary");
#else
    return probability(5335);
#endif
}
