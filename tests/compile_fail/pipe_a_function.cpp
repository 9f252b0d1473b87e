// expect: a pipe takes an edit or a recipe: write view | on<C>().set(value)
// `apply` makes an edit from a function, and names its place.
#include <suture/suture.hpp>

using namespace suture;

void halve(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto halved = q | [](at::Tensor t) { return t / 2; };
#else
    auto halved = q | on<Q>().apply([](at::Tensor t) { return t / 2; });
#endif
}
