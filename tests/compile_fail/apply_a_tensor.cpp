// expect: apply takes one function: write apply(f) with at::Tensor f(at::Tensor)
// A tensor is set, added or multiplied.
#include <suture/suture.hpp>

using namespace suture;

auto inject(const at::Tensor& values) {
#ifdef SUTURE_BAD
    return on<Q>().apply(values);
#else
    return on<Q>().set(values);
#endif
}
