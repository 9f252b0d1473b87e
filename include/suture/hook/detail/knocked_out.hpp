// Attention scores of which a hook leaves a query none: the softmax of minus infinity alone is NaN, and every later number with
// it.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <cstddef>
#include <limits>
#include <string>

namespace suture::detail {

/// Which rows on the last axis are minus infinity throughout.
inline at::Tensor lost_rows(const at::Tensor& scores) {
    return scores.eq(-std::numeric_limits<double>::infinity()).all(-1);
}

/// "prompt 0, head 2, query 1" of [batch, heads, queries, keys], or "row [0, 1]".
inline std::string row_text(const at::Tensor& index) {
    const auto number = [&index](Index axis) { return std::to_string(index[axis].item<Index>()); };
    if (index.size(0) == 3) return "prompt " + number(0) + ", head " + number(1) + ", query " + number(2);
    std::string text = "row [";
    for (Index axis = 0; axis < index.size(0); ++axis) text += (axis ? ", " : "") + number(axis);
    return text + "]";
}

/// Checks what a hook made of an activation without a layout, such as scores.
/// @throws ValueError if a row on the last axis became minus infinity throughout
inline void check_not_knocked_out(const at::Tensor& after, const at::Tensor& before) {
    if (!after.defined() || after.is_meta() || !after.is_floating_point() || after.dim() < 2 || after.numel() == 0)
        return;
    const at::Tensor lost = lost_rows(after);
    if (!lost.any().item<bool>()) return;
    const at::Tensor by_hook = lost.logical_and(lost_rows(before).logical_not());
    if (!by_hook.any().item<bool>()) return;
    const at::Tensor first = by_hook.nonzero()[0];
    throw ValueError("the hook leaves a query no key: all " + std::to_string(after.size(-1)) + " scores of " +
                     row_text(first) + " are minus infinity, so that their softmax is NaN (" +
                     std::to_string(by_hook.sum().item<Index>()) +
                     " in all): leave it one, or set the pattern after the softmax to 0");
}

}  // namespace suture::detail
