// expect: places are not compared: compare what they read, a[place] == b[place]
// The values at a place belong to an activation.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> a, View<Qkv> b) {
#ifdef SUTURE_BAD
    bool same = on<Q>(token(4)) == on<Q>(token(5));
#else
    bool same = a[on<Q>(token(4))].equal(b[on<Q>(token(5))]);
#endif
}
