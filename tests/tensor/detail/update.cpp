#include "suture/tensor/detail/update.hpp"

#include <ATen/ops/ones.h>

#include "doctest.hpp"

using suture::detail::NumberOrTensor;

TEST_CASE("the value of an update is a number or a tensor") {
    const NumberOrTensor number(at::Scalar(2)), tensor(at::ones({3}));
    CHECK(!number.is_tensor);
    CHECK(number.scalar.to<int>() == 2);
    CHECK(tensor.is_tensor);
    CHECK(tensor.tensor.sizes() == at::IntArrayRef({3}));
}
