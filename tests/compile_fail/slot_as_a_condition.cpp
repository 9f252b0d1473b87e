// expect: a Slot is not a condition: write slot.get().defined()
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const Slot& slot) {
#ifdef SUTURE_BAD
    if (slot) return;
#else
    if (slot.get().defined()) return;
#endif
}
