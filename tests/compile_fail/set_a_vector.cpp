// expect: an edit takes a number, a tensor, a View, a place or a Slot: give one
// at::tensor copies a vector into a tensor.
#include <ATen/ops/tensor.h>
#include <suture/suture.hpp>

using namespace suture;

auto inject(const std::vector<double>& values) {
#ifdef SUTURE_BAD
    return on<Q>(token(4)).set(values);
#else
    return on<Q>(token(4)).set(at::tensor(values));
#endif
}
