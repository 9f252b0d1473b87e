// expect: an edit alone changes nothing: pipe an activation into it, or add it to a hook
// An edit is a value, like a number.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    on<Q>().zero();
#else
    auto edited = activation | on<Q>().zero();
#endif
}
