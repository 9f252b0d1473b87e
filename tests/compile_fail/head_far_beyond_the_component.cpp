// expect: the component has no such head: count its heads from 0, over all groups
// A head that is known at compile time is checked when the edit meets the layout.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(head<99>).zero();
#else
    auto edited = activation | on<Q>(head<9>).zero();
#endif
}
