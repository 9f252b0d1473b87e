// expect: a View is read-only: write view | on<C>().set(value)
// `x[on<Q>()]` is a View of the query, and a View is not written.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(View<Qkv> activation) {
#ifdef SUTURE_BAD
    activation[on<Q>()] = 0;
#else
    Owned<Qkv> edited = activation | on<Q>().set(0);
#endif
}
