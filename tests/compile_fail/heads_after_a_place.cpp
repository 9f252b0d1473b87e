// expect: selectors are given at once: write on<C>(token(4), heads(0, 4))
// A place is complete when it is made.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view | on<Q>().heads(0, 4).zero();
#else
    auto edited = view | on<Q>(heads(0, 4)).zero();
#endif
}
