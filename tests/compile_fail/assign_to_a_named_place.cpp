// expect: a place is not its values: write x[place] = value, or place.set(value)
// A place is written in an Owned.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(Owned<Qkv>& x) {
#ifdef SUTURE_BAD
    auto place = on<Q>(token(4));
    place = 0.0;
#else
    auto place = on<Q>(token(4));
    x[place] = 0.0;
#endif
}
