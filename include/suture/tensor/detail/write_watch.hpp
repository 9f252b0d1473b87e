// Lending a tensor to other code: `const at::Tensor&` protects nothing, because `mul_` is a const member, so the
// version counter is compared afterwards.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/core/TensorImpl.h>

#include <cstdint>
#include <string>

namespace suture::detail {

/// Remembers the version of a tensor that is lent to a callback, its storage, its size and whether it requires
/// gradients. It misses writes through `data_ptr`, and writes to inference tensors, which carry no counter.
class WriteWatch {
public:
    /// `lent` must outlive the watch.
    explicit WriteWatch(const at::Tensor& lent) : lent_(lent), before_(state_of(lent)) {}
    explicit WriteWatch(at::Tensor&&) = delete;

    /// @throws OwnershipError if the tensor, or another view of its storage, has been written since
    void check(const char* borrower) const {
        if (state_of(lent_) != before_) [[unlikely]]
            throw_written(borrower);
    }

private:
    struct State {
        std::int64_t version = 0, numel = 0;
        const void* storage = nullptr;
        bool requires_grad = false;
        bool operator==(const State&) const = default;
    };
    [[noreturn, gnu::cold]] static void throw_written(const char* borrower) {
        throw OwnershipError(std::string(borrower) +
                             " wrote to the tensor it was lent: return a new value, or clone() it and edit the clone");
    }
    static State state_of(const at::Tensor& t) {
        if (!t.defined()) return {};
        c10::TensorImpl& impl = *t.unsafeGetTensorImpl();  // t._version() would ask autograd, which asks this
        return {impl.is_inference() ? 0 : impl.version_counter().current_version(), impl.numel(),
                impl.unsafe_storage().unsafeGetStorageImpl(), impl.requires_grad()};
    }
    const at::Tensor& lent_;
    State before_;
};

}  // namespace suture::detail
