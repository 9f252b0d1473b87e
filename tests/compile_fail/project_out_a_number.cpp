// expect: project_out takes one direction, a tensor: write project_out(direction)
// A direction has as many numbers as the part has channels.
#include <suture/suture.hpp>

using namespace suture;

auto remove(const at::Tensor& direction) {
#ifdef SUTURE_BAD
    return on<Resid>().project_out(direction, 1.0);
#else
    return on<Resid>().project_out(direction);
#endif
}
