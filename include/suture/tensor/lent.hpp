// Lending a tensor to someone else's code: `const at::Tensor&` protects nothing (`mul_` is a const member), so
// the version counter is compared afterwards.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <string>

namespace suture {

/// Remembers the version of a tensor that is lent to a callback. Writes through `data_ptr`, and writes to
/// inference tensors (which carry no counter), are not seen.
class write_watch {
public:
    explicit write_watch(const at::Tensor& lent) : lent_(lent), counted_(lent.defined() && !lent.is_inference()) {
        if (counted_) version_ = lent_._version();
    }

    /// @throws OwnershipError if the tensor, or another view of its storage, was written since
    void check(const char* borrower) const {
        if (counted_ && lent_._version() != version_)
            throw OwnershipError(std::string(borrower) +
                                 " wrote into the tensor it was lent: return a new value, or clone() and edit that");
    }

private:
    at::Tensor lent_;
    bool counted_;
    std::int64_t version_ = 0;
};

}  // namespace suture
