// expect: only a tensor does this: write x.read(f) with f(const at::Tensor&)
// A View has the reductions, arithmetic and comparisons of a tensor; `read` lends the tensor for the rest.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto turned = q.transpose(-1, -2);
#else
    auto turned = q.read([](const at::Tensor& t) { return t.transpose(-1, -2); });
#endif
}
