// expect: cat takes a layout and its parts, one by one: write cat<Layout>(q, k, v)
// The parts have different types, so they cannot stand in a list.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>({q, k, v}, -1);
#else
    auto whole = cat<Qkv>(q, k, v);
#endif
}
