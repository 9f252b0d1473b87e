// expect: the injected View holds another component: take its values with read()
// Query and key have the same shape, so nothing would notice at run time.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void patch(Owned<Qkv>& mine, View<Qkv> other) {
#ifdef SUTURE_BAD
    mine[on<Q>(token(4))] = other[on<K>(token(4))];
#else
    mine[on<Q>(token(4))] = other[on<Q>(token(4))];
#endif
}
