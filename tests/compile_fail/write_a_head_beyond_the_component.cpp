// expect: the component has no such head: count its heads from 0, over all groups
// Also at a place of an Owned.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(head<12>)] = 0;
#else
    activation[on<Q>(head<11>)] = 0;
#endif
}
