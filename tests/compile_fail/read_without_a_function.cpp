// expect: read lends a tensor to a function: write x.read(f) with f(const at::Tensor&)
// The function gets the tensor; what it returns comes back.
#include <suture/suture.hpp>

using namespace suture;

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    at::Tensor t = q.read();
#else
    at::Tensor t = q.read([](const at::Tensor& all) { return all.softmax(-1); });
#endif
}
