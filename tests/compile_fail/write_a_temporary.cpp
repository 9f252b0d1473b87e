// expect: this Owned is gone at the end of the line: give it a name first
// The clone would be written and thrown away.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation.clone()[on<Q>()] = 0;
#else
    Owned<Qkv> mine = activation.clone();
    mine[on<Q>()] = 0;
#endif
}
