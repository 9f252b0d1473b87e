// Handles of a tensor. A tensor object carries its own shape, which `transpose_` or `resize_` change in place for
// everybody who holds that object.
#pragma once

#include "suture/core/component.hpp"
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

/// Whether a tensor is dense memory of the CPU.
inline bool is_dense_on_cpu(const at::Tensor& t) {
    constexpr c10::DispatchKeySet plain_keys{
        c10::DispatchKeySet({c10::DispatchKey::CPU, c10::DispatchKey::ADInplaceOrView, c10::DispatchKey::AutogradCPU,
                             c10::DispatchKey::AutocastCPU})};
    return (t.key_set() | plain_keys) == plain_keys && !t._is_zerotensor();
}

/// Whether autograd and modes have no part in a view of the tensor: it can be made without the dispatcher.
inline bool is_viewed_plainly(const at::Tensor& t) {
    return !t.requires_grad() && !t.is_inference() && is_plain_mode() && !has_tangent(t);
}

/// The tensor under a handle of its own: the same storage, version and gradients, in a shape that no call on `t` changes.
inline at::Tensor own_handle(const at::Tensor& t) {
    if (!is_viewed_plainly(t)) {
        const RecordedMode mode(t);
        return at::alias(t);
    }
    // What alias does, without the dispatcher.
    return at::Tensor(t.unsafeGetTensorImpl()->shallow_copy_and_detach(t.unsafeGetTensorImpl()->version_counter(),
                                                                       /*allow_tensor_metadata_change=*/false));
}

/// A view of part of the tensor, for reading: what as_strided makes, without the dispatcher, and not known to autograd as a
/// view. @pre is_dense_on_cpu(t), is_viewed_plainly(t)
inline at::Tensor own_part(const at::Tensor& t, at::IntArrayRef sizes, at::IntArrayRef strides, Index offset) {
    at::Tensor part(t.unsafeGetTensorImpl()->shallow_copy_and_detach(t.unsafeGetTensorImpl()->version_counter(),
                                                                     /*allow_tensor_metadata_change=*/true));
    part.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides, offset);
    return part;
}

}  // namespace suture::detail
