// expect: a Slot is not copied: recipes share it, and slot.get() copies its tensor
// A copy that others could change, or a copy that nobody reads: neither is meant.
#include <suture/suture.hpp>

using namespace suture;

void keep(Slot& injection) {
#ifdef SUTURE_BAD
    Slot second = injection;
#else
    Slot second = injection.get();
#endif
}
