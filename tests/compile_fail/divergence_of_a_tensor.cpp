// expect: the clean run is known to a sweep: write kl_divergence()
// A sweep runs the clean prompts by itself.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    Metric m = kl_divergence(t);
#else
    Metric m = kl_divergence();
#endif
}
