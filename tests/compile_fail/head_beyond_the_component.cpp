// expect: the component has no such head: count its heads from 0, over all groups
// Twelve heads are numbered 0 to 11.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(head<12>).zero();
#else
    auto edited = activation | on<Q>(head<11>).zero();
#endif
}
