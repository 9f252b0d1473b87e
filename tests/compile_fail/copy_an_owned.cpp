// expect: an Owned is move-only: call clone() to copy it
// Storage that two handles share is not held alone any more, so a copy has to be asked for.
#include <suture/suture.hpp>

using namespace suture;

void keep_both(Owned<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    Owned<Q<768, 12>> second = q;
#else
    Owned<Q<768, 12>> second = q.clone();
#endif
}
