// expect: the component has no such head: count its heads from 0, over all groups
// Reading a place is checked like writing it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto values = activation[on<Q>(head<12>)];
#else
    auto values = activation[on<Q>(head<11>)];
#endif
}
