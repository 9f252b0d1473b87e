// Handles of a tensor. A tensor object carries its own shape, which `transpose_` or `resize_` change in place for
// everybody who holds that object.
#pragma once

#include "suture/tensor/torch.hpp"

#include <ATen/ops/alias.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace suture::detail {

/// Whether nothing but a device's own operators would run on tensors now: no tracer, no functorch, no dispatch mode.
inline bool is_plain_mode() {
    const auto included = c10::impl::tls_local_dispatch_key_set().included_;
    return (included | c10::default_included_set) == c10::default_included_set;
}

/// The tensor under a handle of its own: the same storage, version and gradients, in a shape that no call on `t` changes.
inline at::Tensor own_handle(const at::Tensor& t) {
    if (t.requires_grad() || t.is_inference() || !is_plain_mode()) {
        // A handle made under no_grad is used outside of it too, and has to lead back to `t`.
        const c10::AutoGradMode recorded(true);
        return at::alias(t);
    }
    // What alias does, without the dispatcher.
    return at::Tensor(t.unsafeGetTensorImpl()->shallow_copy_and_detach(t.unsafeGetTensorImpl()->version_counter(),
                                                                       /*allow_tensor_metadata_change=*/false));
}

}  // namespace suture::detail
