// expect: a pipe takes an edit or a recipe: write view | on<C>().set(value)
// What happens to the number must be said, and where.
#include <suture/suture.hpp>

using namespace suture;

void halve(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto halved = q | 0.5;
#else
    auto halved = q | on<Q>().multiply(0.5);
#endif
}
