// expect: this Owned is gone at the end of the line: write | edit instead of |= edit
// The edited clone would be thrown away; the pipe hands it on.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation.clone() |= on<Q>().zero();
#else
    auto edited = activation.clone() | on<Q>().zero();
#endif
}
