// expect: this is borrowed already: read a part of it at its place, view[on<C>()]
// A View has its layout; another one would be wrong for it.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto query = borrow<Q<768, 12>>(activation);
#else
    auto query = activation[on<Q>()];
#endif
}
