// expect: a History has many activations: write history.stack(3).mean(0)
// The passes are the first axis of the stack.
#include <suture/suture.hpp>

using namespace suture;

void use(const History<Resid<768>>& history) {
#ifdef SUTURE_BAD
    at::Tensor mean = history.mean();
#else
    at::Tensor mean = history.stack(3).mean(0);
#endif
}
