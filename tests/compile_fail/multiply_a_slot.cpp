// expect: a Slot is not a tensor: write slot.get()
// get() gives a copy.
#include <suture/suture.hpp>

using namespace suture;

void use(const Slot& slot) {
#ifdef SUTURE_BAD
    at::Tensor twice = slot * 2;
#else
    at::Tensor twice = slot.get() * 2;
#endif
}
