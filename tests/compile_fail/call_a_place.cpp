// expect: a place is read in brackets: write view[on<C>(token(4))]
// A place does not hold the activation, and does not look for it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto query = on<Q>()(activation);
#else
    auto query = activation[on<Q>()];
#endif
}
