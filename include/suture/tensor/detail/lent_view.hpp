// Lends a View to a function: the handles that such a View holds are not counted.
#pragma once

#include "suture/tensor/detail/loan.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/reading.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/MaybeOwned.h>
#include <c10/util/SmallVector.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace suture::detail {

/// A View of a tensor for the time of a call. Counting its handles costs more than the rest of a hook that only looks, so
/// the tensor and the loan that it refers to are not counted; copies of it, and parts that are read from it, are.
/// @pre the tensor and the loan outlive it
template <class V>
class LentView {
public:
    template <class Made>
    LentView(const at::Tensor& tensor, const Loan& loan, const Made& made)
        // A shape of more axes is allocated: that may throw, where the uncounted handle would be destroyed.
        : is_counted_(tensor.dim() > static_cast<std::int64_t>(axes_in_place)),
          view_(is_counted_ ? made(at::Tensor(tensor), Loan(loan))
                            : made(Borrowed::createBorrow(tensor), loan.uncounted())) {}
    ~LentView() {
        if (!is_counted_) Access::forget_handles(view_);
    }
    LentView(const LentView&) = delete;
    LentView& operator=(const LentView&) = delete;

    const V& view() const { return view_; }

private:
    static constexpr std::size_t axes_in_place = 6;
    static_assert(std::is_same_v<Shape, c10::SmallVector<Index, axes_in_place>>);
    using Borrowed = c10::MaybeOwnedTraits<at::Tensor>;
    bool is_counted_;
    V view_;
};

}  // namespace suture::detail
