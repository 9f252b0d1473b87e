// expect: another place is another type: give it a name of its own
// The selectors are part of the type.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto place = on<Q>(token(4));
    place = on<Q>(head(3));
#else
    auto place = on<Q>(token(4));
    auto other = on<Q>(head(3));
#endif
}
