// expect: cat is missing a component of the layout: give every part once, in order
// The layout lists the parts that cat needs.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
    (void)v;
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(q, k);
#else
    auto whole = cat<Qkv>(q, k, v);
#endif
}
