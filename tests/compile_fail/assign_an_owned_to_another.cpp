// expect: an Owned is move-only: call clone() to copy it
// Assigning is copying; an Owned is copied by name only.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void keep(Owned<Qkv>& kept, Owned<Qkv>& other) {
#ifdef SUTURE_BAD
    kept = other;
#else
    kept = other.clone();
#endif
}
