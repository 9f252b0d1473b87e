// expect: a View is read at a place: write view[on<C>(token(4))]
// Components are types, so a misspelt one does not compile.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(View<Qkv> activation) {
#ifdef SUTURE_BAD
    auto query = activation["Q"];
#else
    auto query = activation[on<Q>()];
#endif
}
