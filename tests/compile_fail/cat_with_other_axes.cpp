// expect: a part given to cat has other axes: take it from a layout with the same axes
// Parts are joined along the channels, so their axes before the channels must be the same.
#include <suture/suture.hpp>

using namespace suture;

using Kv = Fused<128, K<64>, V<64>>;
using SequenceFirst = Ordered<Kv, Axis::token, Axis::batch>;

void use(View<part<SequenceFirst, K>> k, View<part<SequenceFirst, V>> v, View<V<64>> other) {
    (void)v, (void)other;
#ifdef SUTURE_BAD
    auto joined = cat<SequenceFirst>(k, other);
#else
    auto joined = cat<SequenceFirst>(k, v);
#endif
}
