// expect: a Slot is assigned to: write slot = tensor
// The recipes made with the slot use the new tensor from their next run on.
#include <suture/suture.hpp>

using namespace suture;

void use(Slot& slot, const at::Tensor& t) {
#ifdef SUTURE_BAD
    slot.set(t);
#else
    slot = t;
#endif
}
