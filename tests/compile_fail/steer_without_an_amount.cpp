// expect: steer takes a direction and an amount: write steer(direction, 4.0)
// The direction is a unit vector; to add a vector with its own length, write add(vector).
#include <suture/suture.hpp>

using namespace suture;

auto shift(const at::Tensor& direction) {
#ifdef SUTURE_BAD
    return on<Resid>().steer(direction);
#else
    return on<Resid>().steer(direction, 4.0);
#endif
}
