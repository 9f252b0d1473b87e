// expect: an Owned has storage of its own: write view.clone()
// The copy is visible in the program, since it costs time and memory.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    Owned<Qkv> mine = activation;
#else
    Owned<Qkv> mine = activation.clone();
#endif
}
