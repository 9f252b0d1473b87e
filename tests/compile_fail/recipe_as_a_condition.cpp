// expect: a recipe is not a condition: apply it, view | recipe
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    if (on<Q>().zero()) return;
#else
    at::Tensor without = view | on<Q>().zero();
#endif
}
