// expect: a place alone changes nothing: write place.set(value), or read view[place]
// The operation is missing.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    on<Q>(token(4));
#else
    auto edited = activation | on<Q>(token(4)).zero();
#endif
}
