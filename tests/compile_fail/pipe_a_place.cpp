// expect: a place is not piped: pipe the View, view | on<C>(token(4)).set(value)
// The recipe names the place itself.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void silence(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto edited = activation[on<Q>(token(4))] | on<Q>().zero();
#else
    auto edited = activation | on<Q>(token(4)).zero();
#endif
}
