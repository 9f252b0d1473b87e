// expect: a pipe takes an edit or a recipe: write x |= on<C>().set(value)
// `apply` makes an edit from a function, and names its place.
#include <suture/suture.hpp>

using namespace suture;

void halve(Owned<Q<768, 12>>& q) {
#ifdef SUTURE_BAD
    q |= [](at::Tensor t) { return t / 2; };
#else
    q |= on<Q>().apply([](at::Tensor t) { return t / 2; });
#endif
}
