// expect: the result is a new Owned: use it, or its tensor
// cat gives a new activation; the parts stay where they are.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void put_back(View<Q<768, 12>> q, View<K<768, 12>> k, View<V<768, 12>> v) {
#ifdef SUTURE_BAD
    cat<Qkv>(q, k, v);
#else
    Owned<Qkv> whole = cat<Qkv>(q, k, v);
#endif
}
