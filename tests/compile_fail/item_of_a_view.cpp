// expect: only a tensor does this: write x.read(f) with f(const at::Tensor&)
// A reduction of a View is a tensor, and has item().
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    double first = q.item<double>();
#else
    double size = q.norm().item<double>();
#endif
}
