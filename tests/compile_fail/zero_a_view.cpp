// expect: a pipe applies a recipe: write view | on<C>().zero()
// A View is read-only; a pipe gives an edited copy.
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const View<Q<768, 12>>& view) {
#ifdef SUTURE_BAD
    at::Tensor without = view.zero();
#else
    at::Tensor without = view | on<Q>().zero();
#endif
}
