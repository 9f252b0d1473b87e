// expect: a Slot is not a tensor: write slot.get()
// The tensor in a slot may change at any time, so it is copied.
#include <suture/suture.hpp>

using namespace suture;

void look(Slot& injection) {
#ifdef SUTURE_BAD
    at::Tensor now = injection;
#else
    at::Tensor now = injection.get();
#endif
}
