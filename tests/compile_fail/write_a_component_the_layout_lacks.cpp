// expect: the layout lacks the component: name one that it has
// The layout of an Owned is as fixed as that of a View.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[on<Mlp>()] = 0;
#else
    activation[on<V>()] = 0;
#endif
}
