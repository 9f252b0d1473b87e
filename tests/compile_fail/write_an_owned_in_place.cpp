// expect: an Owned is written at a place: write x[on<C>()] = value
// The place says what is written; `on<Layout>()` is all of it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(Owned<Qkv>& activation) {
#ifdef SUTURE_BAD
    activation.zero_();
#else
    activation[on<Qkv>()] = 0;
#endif
}
