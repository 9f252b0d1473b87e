// expect: the injected View holds another component: take its values with read()
// Keys and queries have the same shape, so nothing would notice at run time.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(View<Qkv> clean) {
#ifdef SUTURE_BAD
    auto edit = on<Q<768, 12>>(token(4)).set(clean[on<K>()]);
#else
    auto edit = on<Q<768, 12>>(token(4)).set(clean[on<Q>()]);
#endif
}
