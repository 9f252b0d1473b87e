// expect: the edit has no operation: write on<...>(...).set(value)
// `on` names the part; the method called on it says how the part changes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void ablate(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation | on<Q>(token(1));
#else
    auto edited = activation | on<Q>(token(1)).zero();
#endif
}
