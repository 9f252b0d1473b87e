// expect: a View is read-only: write view | edit, which clones, or clone() it
// `|=` edits in place, which requires storage that nobody else holds.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation |= on<Q>().zero();
#else
    auto edited = activation | on<Q>().zero();
#endif
}
