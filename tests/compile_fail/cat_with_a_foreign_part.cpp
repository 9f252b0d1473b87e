// expect: cat was given a part that the layout lacks: give only those of the layout, in order
// A gate of the right width is still not a value.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v, View<Gate<768>> gate) {
    (void)v, (void)gate;
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(q, k, gate);
#else
    auto whole = cat<Qkv>(q, k, v);
#endif
}
