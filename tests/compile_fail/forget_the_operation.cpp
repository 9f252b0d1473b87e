// expect: an edit lacks its operation: write on<...>(...).set(value)
// `on` says where; what becomes of that part is said by the method behind it.
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
