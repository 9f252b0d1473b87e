// expect: an Owned is move-only: call clone() to copy it
// A copy must be explicit: storage with two owners could be written by either.
#include <suture/suture.hpp>

using namespace suture;

void keep_both(Owned<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    Owned<Q<768, 12>> second = q;
#else
    Owned<Q<768, 12>> second = q.clone();
#endif
}
