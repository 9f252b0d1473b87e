// expect: a Slot is replaced as a whole: write slot = slot.get() + tensor
// Recipes that run in another thread see the old tensor or the new one.
#include <suture/suture.hpp>

using namespace suture;

void use(Slot& slot, const at::Tensor& t) {
#ifdef SUTURE_BAD
    slot += t;
#else
    slot = slot.get() + t;
#endif
}
