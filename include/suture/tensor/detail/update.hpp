// Updates: how a value changes a part of storage, and the value.
#pragma once

#include "suture/tensor/torch.hpp"

#include <utility>

namespace suture::detail {

/// How a value changes a part: it replaces the part, is added to it or taken from it, multiplies or divides it.
enum class Update : unsigned char { set, add, subtract, multiply, divide };

struct NumberOrTensor {
    NumberOrTensor(const at::Scalar& s) : scalar(s) {}
    NumberOrTensor(at::Tensor t) : tensor(std::move(t)), is_tensor(true) {}
    at::Scalar scalar;
    at::Tensor tensor;
    bool is_tensor = false;
};

}  // namespace suture::detail
