// expect: an Owned is written at a place: write x[on<C>(token(4))] = value
// A number could mean a batch row, a token or a head.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation[0] = 1;
#else
    activation[on<Qkv>(batch(0))] = 1;
#endif
}
