// expect: a place of a View is read-only: write view | place.set(value)
// Whatever its name, a function that ends in `_` writes.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation[on<Q>(token(4))].zero_();
#else
    Owned<Qkv> edited = activation | on<Q>(token(4)).zero();
#endif
}
