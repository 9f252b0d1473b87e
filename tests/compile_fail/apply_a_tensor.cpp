// expect: apply takes one function: write apply([](at::Tensor t) { return t * 2; })
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
