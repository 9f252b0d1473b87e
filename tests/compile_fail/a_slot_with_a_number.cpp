// expect: a Slot holds a tensor: write Slot slot = at::zeros({768})
// A tensor of no dimensions is a number.
#include <ATen/ops/zeros.h>
#include <suture/suture.hpp>

using namespace suture;

auto inject() {
#ifdef SUTURE_BAD
    Slot injection = 0.5;
    return on<Q>().set(injection);
#else
    Slot injection = at::zeros({768});
    return on<Q>().set(injection);
#endif
}
