// expect: the standard deviation has another name: write moments.stddev()
// `std` is a namespace.
#include <suture/suture.hpp>

using namespace suture;

void use(const RunningMoments& moments) {
#ifdef SUTURE_BAD
    at::Tensor s = moments.std();
#else
    at::Tensor s = moments.stddev();
#endif
}
