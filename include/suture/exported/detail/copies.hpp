// Copies of tensors as they lie.
#pragma once

#include "suture/tensor/torch.hpp"

#include <cstdint>

namespace suture::detail {

/// A copy with the strides of the tensor, also where elements share memory or lie apart.
inline at::Tensor copy_as_it_lies(const at::Tensor& t) {
    if (t.layout() != at::kStrided || t.numel() == 0 || t.is_non_overlapping_and_dense()) return t.clone();
    std::int64_t last = 0;
    for (std::int64_t axis = 0; axis < t.dim(); ++axis) last += (t.size(axis) - 1) * t.stride(axis);
    return t.as_strided({last + 1}, {1}).clone().as_strided(t.sizes(), t.strides());
}

}  // namespace suture::detail
