// expect: a pipe applies a recipe: write view | on<C>().set(value)
// The result is an Owned; the View stays as it is.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(View<Qkv> view) {
#ifdef SUTURE_BAD
    auto edited = view.set(0);
#else
    auto edited = view | on<Qkv>().set(0);
#endif
}
