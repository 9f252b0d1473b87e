// Lending a tensor to someone else's code: `const at::Tensor&` protects nothing (`mul_` is a const member), so
// the version counter is compared afterwards.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <string>

namespace suture {

/// Remembers the version of a tensor that is lent to a callback, its memory, size and part in the graph. Writes
/// through `data_ptr`, and writes to inference tensors (which carry no counter), are not seen.
class WriteWatch {
public:
    explicit WriteWatch(const at::Tensor& lent) : lent_(lent), before_(state_of(lent)) {}

    /// @throws OwnershipError if the tensor, or another view of its storage, was written since
    void check(const char* borrower) const {
        if (state_of(lent_) != before_)
            throw OwnershipError(std::string(borrower) +
                                 " wrote into the tensor it was lent: return a new value, or clone() and edit that");
    }

private:
    struct state {
        std::int64_t version = 0, numel = 0;
        const void* storage = nullptr;
        bool requires_grad = false;
        bool operator==(const state&) const = default;
    };
    static state state_of(const at::Tensor& t) {
        if (!t.defined()) return {};
        return {t.is_inference() ? 0 : t._version(), t.numel(),
                t.has_storage() ? t.storage().unsafeGetStorageImpl() : nullptr, t.requires_grad()};
    }
    at::Tensor lent_;
    state before_;
};

}  // namespace suture
