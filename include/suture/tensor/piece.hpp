// Piece: what reading a place gives, `view[on<Q>(token(4), head(3))]`. Read-only, like a View.
#pragma once

#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/reading.hpp"

#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A place of a View or an Owned: part of component X, in storage that others may hold. Its shape is that of the
/// selection, whatever the layout: an index drops its axis, a range keeps it, and several heads are the axis before the
/// last. Injected elsewhere, it is used as it is, because the program has said which place it means.
///
///     at::Tensor last = view[on<Q>(token(-1), head(h))].clone();           // [batch, head width]
///     double size = view[on<Q>(token(4))].norm().item<double>();
///     mine[on<V>(token(1))] = view[on<V>(token(3))];
template <Layout X>
class [[nodiscard("reading a place changes nothing: use its value")]] Piece : public detail::Reading<Piece<X>>,
                                                                              public detail::PieceWriters {
public:
    Piece(const Piece&) = default;
    Piece(Piece &&) noexcept = default;
    Piece& operator=(const Piece&)& = default;
    Piece& operator=(Piece&&)& noexcept = default;
    template <class V>
    SUTURE_REJECTED("a View or a const Owned is read-only: write view | place.set(value)", operator=(const V&) &&);
    template <class V>
    SUTURE_REJECTED("a View or a const Owned is read-only: write view | place.add(value)", operator+=(const V&) const);
    template <class V>
    SUTURE_REJECTED(
        "a View or a const Owned is read-only: write view | place.subtract(value)", operator-=(const V&) const);
    template <class V>
    SUTURE_REJECTED(
        "a View or a const Owned is read-only: write view | place.multiply(value)", operator*=(const V&) const);
    template <class V>
    SUTURE_REJECTED(
        "a View or a const Owned is read-only: write view | place.divide(value)", operator/=(const V&) const);

    SUTURE_REJECTED_CONVERSION("a place of a View is not a tensor: write view[place].clone()", at::Tensor, const);
    template <class I>
    SUTURE_REJECTED("a place is named at once: write view[on<C>(token(4), head(3))]", operator[](const I&) const);

    /// A copy, in storage of its own. Gradients flow through it.
    at::Tensor clone() const { return detail::fresh_copy(this->canonical()); }

private:
    friend detail::Access;
    template <class>
    friend class detail::Reading;
    explicit Piece(at::Tensor t, detail::Shape sizes_there, Extents<X> extents, detail::Loan loan = {})
        : tensor_(std::move(t)), shape_(std::move(sizes_there)), extents_(extents), loan_(std::move(loan)) {}
    at::IntArrayRef own_sizes() const { return shape_; }
    at::Tensor values() const { return tensor_.sizes() == own_sizes() ? tensor_ : tensor_.reshape(shape_); }
    /// A place that was named is used as it is.
    at::Tensor injected(const detail::InjectedAt& at) const {
        detail::check_held(extents_.facts(), at);
        return detail::fitting_piece(values(), at);
    }
    at::Tensor unprotected() const { return tensor_; }
    std::string description() const { return "a piece of " + layout_text(extents_.facts()); }

    /// The same values, out of reach of whoever writes the storage.
    Piece snapshot() const {
        const detail::RecordedMode mode(tensor_);
        return Piece(clone(), shape_, extents_);
    }

    at::Tensor tensor_;
    detail::Shape shape_;
    [[no_unique_address]] Extents<X> extents_;  ///< of the component, of which this is a part
    detail::Loan loan_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
