// expect: an edit has its place already: write on<C>(token(4)).zero()
// The place comes before the operation.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view | on<Q>().zero().at(token(4));
#else
    auto edited = view | on<Q>(token(4)).zero();
#endif
}
