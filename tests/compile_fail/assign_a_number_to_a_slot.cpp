// expect: a Slot holds a tensor: write slot = at::zeros({768})
// A tensor of no dimensions is a number.
#include <ATen/ops/zeros.h>
#include <suture/suture.hpp>

using namespace suture;

void silence(Slot& injection) {
#ifdef SUTURE_BAD
    injection = 0;
#else
    injection = at::zeros({768});
#endif
}
