// Handles of a tensor. A tensor object carries its own shape, which `transpose_` or `resize_` change in place for
// everybody who holds that object.
#pragma once

#include "suture/tensor/torch.hpp"

#include <ATen/ops/alias.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace suture::detail {

/// Whether nothing but a device's own operators would run on tensors now: no tracer, no functorch, no dispatch mode.
inline bool is_plain_mode() {
    const auto included = c10::impl::tls_local_dispatch_key_set().included_;
    return (included | c10::default_included_set) == c10::default_included_set;
}

/// Whether a tensor carries a tangent of forward-mode automatic differentiation, whatever the mode of gradients.
inline bool has_tangent(const at::Tensor& t) {
    return t.unsafeGetTensorImpl()->autograd_meta() != nullptr && t._fw_grad(/*level=*/0).defined();
}

/// While it lives, operators on a tensor that requires gradients are recorded, even under no_grad: what is cut out of it
/// or copied now may be used where gradients are enabled, and has to lead back to it.
class RecordedMode {
public:
    explicit RecordedMode(const at::Tensor& t)
        : mode_(at::GradMode::is_enabled() || (t.requires_grad() && !c10::InferenceMode::is_enabled())) {}

private:
    c10::AutoGradMode mode_;
};

/// The tensor under a handle of its own: the same storage, version and gradients, in a shape that no call on `t` changes.
inline at::Tensor own_handle(const at::Tensor& t) {
    if (t.requires_grad() || t.is_inference() || !is_plain_mode() || has_tangent(t)) {
        const RecordedMode mode(t);
        return at::alias(t);
    }
    // What alias does, without the dispatcher.
    return at::Tensor(t.unsafeGetTensorImpl()->shallow_copy_and_detach(t.unsafeGetTensorImpl()->version_counter(),
                                                                       /*allow_tensor_metadata_change=*/false));
}

}  // namespace suture::detail
