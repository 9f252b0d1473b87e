// expect: the parts given to cat are out of order: give them in the order of the layout
// Queries and keys have the same shape: swapped, they would be a valid activation with the wrong meaning.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
    (void)v;
#ifdef SUTURE_BAD
    auto whole = cat<Qkv>(k, q, v);
#else
    auto whole = cat<Qkv>(q, k, v);
#endif
}
