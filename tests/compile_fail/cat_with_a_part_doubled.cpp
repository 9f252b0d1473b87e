// expect: cat was given a component twice: give every part once, in order
// Three parts of the right widths, and still the wrong activation.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
    (void)v;
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(q, k, k);
#else
    auto whole = cat<Qkv>(q, k, v);
#endif
}
