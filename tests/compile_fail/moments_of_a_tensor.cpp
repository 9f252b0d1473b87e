// expect: moments begin empty: fill them with moments.add(view)
// They are gathered pass by pass.
#include <suture/suture.hpp>

using namespace suture;

void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    RunningMoments moments(t);
#else
    RunningMoments moments;
    moments.add(t);
#endif
}
