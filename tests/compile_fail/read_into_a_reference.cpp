// expect: read lends a tensor to a function: write x.read(f) with f(const at::Tensor&)
// A function that could write the tensor is not lent it.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    q.read([](at::Tensor& t) { t.zero_(); });
#else
    double sum = q.read([](const at::Tensor& t) { return t.sum().item<double>(); });
#endif
}
