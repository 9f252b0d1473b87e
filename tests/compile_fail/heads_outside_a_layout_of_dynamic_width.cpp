// expect: the component has no such head: count its heads from 0, over all groups
// The width is only known at run time, but the number of heads is in the type.
#include <suture/suture.hpp>

using namespace suture;

using OfTwelveHeads = Fused<dynamic, Q<dynamic, 12>, K<dynamic, 12>, V<dynamic, 12>>;

auto ablate(const View<OfTwelveHeads>& qkv) {
#ifdef SUTURE_BAD
    return qkv | on<Q>(head<12>).zero();
#else
    return qkv | on<Q>(head<11>).zero();
#endif
}
