// expect: moments are merged with moments: write moments.merge(other)
// An activation is added.
#include <suture/suture.hpp>

using namespace suture;

void use(RunningMoments& moments, const at::Tensor& t) {
#ifdef SUTURE_BAD
    moments.merge(t);
#else
    moments.add(t);
#endif
}
