// A tensor that passes a site of a model that suture runs itself: a Script or an Exported.
#pragma once

#include "suture/hook/callback.hpp"
#include "suture/hook/detail/run_hooks.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/empty_like.h>

#include <utility>

namespace suture::detail {

/// The replacement, in the memory order of the tensor that it replaces: the model may call view() on it.
inline at::Tensor in_memory_order_of(const at::Tensor& before, at::Tensor after) {
    if (before.layout() != at::kStrided || !before.is_non_overlapping_and_dense()) return after;
    if (after.strides() == before.strides()) return after;
    return at::empty_like(before).copy_(after);
}

/// Runs the hooks at the site. @return the tensor itself, or what replaced it
inline at::Tensor pass_site(const Site& site, const at::Tensor& before) {
    at::Tensor after = before;
    run_hooks(site, after);
    if (after.is_same(before)) return after;
    try {
        return in_memory_order_of(before, check_replacement(std::move(after), before));
    } catch (...) {
        rethrow_at(site.name());
    }
}

}  // namespace suture::detail
