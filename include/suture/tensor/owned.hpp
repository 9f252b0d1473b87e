// Owned: storage that nobody else holds, and the only thing in suture that can be written. It is made by clone(), by
// cat, by an edit, or by adopt() from a tensor that provably nobody else holds.
#pragma once

#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/reading.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// Tells the Regions of an Owned whether the Owned still holds its tensor: it ends when the Owned is moved or taken.
class Tenure {
public:
    Tenure() = default;
    Tenure(Tenure&& other) noexcept { other.end(); }
    Tenure& operator=(Tenure&& other) noexcept {
        end();
        other.end();
        return *this;
    }
    /// Expires with the tenure.
    std::weak_ptr<const bool> watch() {
        if (!lasts_) lasts_ = std::make_shared<const bool>(true);
        return lasts_;
    }
    void end() noexcept { lasts_.reset(); }

private:
    std::shared_ptr<const bool> lasts_;
};
}  // namespace detail

/// A part of an Owned that can be written in place, with the checks that every edit makes. Its methods have PyTorch's
/// names, take a number or a tensor that broadcasts to the part, and change nothing if they throw. Writing throws an
/// OwnershipError once the Owned has been moved, taken or destroyed.
class Region {
public:
    /// The shape of the part.
    std::vector<Index> sizes() const { return {where_.sizes.begin(), where_.sizes.end()}; }

    const Region& fill_(Number auto value) const { return write(detail::Update::set, detail::scalar_of(value)); }
    const Region& zero_() const { return write(detail::Update::set, at::Scalar(0)); }
    const Region& copy_(const at::Tensor& value) const { return write(detail::Update::set, value); }
    const Region& add_(Number auto value) const { return write(detail::Update::add, detail::scalar_of(value)); }
    const Region& add_(const at::Tensor& value) const { return write(detail::Update::add, value); }
    const Region& mul_(Number auto value) const { return write(detail::Update::multiply, detail::scalar_of(value)); }
    const Region& mul_(const at::Tensor& value) const { return write(detail::Update::multiply, value); }

private:
    template <class X, Index Groups>
        requires detail::Hosted<X, Groups>
    friend class Owned;
    Region(at::Tensor owned, std::weak_ptr<const bool> lasts, bool grouped, const detail::Place& p)
        : owned_(std::move(owned)),
          lasts_(std::move(lasts)),
          grouped_(grouped),
          where_(detail::resolve(p, owned_, owned_.sizes().slice(0, owned_.dim() - (grouped ? 2 : 1)))) {}

    const Region& write(detail::Update how, const detail::NumberOrTensor& with) const {
        if (lasts_.expired())
            throw OwnershipError("the Owned of this part was moved, taken or destroyed: call at() on its new owner");
        detail::check_writable(owned_);
        const at::Tensor packed = grouped_ ? owned_.flatten(-2) : owned_;
        const detail::NumberOrTensor value = detail::checked(how, with, packed, where_.sizes);
        detail::write_part(packed, where_, [&](const at::Tensor& part) { detail::write_value(part, how, value); });
        return *this;
    }

    at::Tensor owned_;
    std::weak_ptr<const bool> lasts_;
    bool grouped_;
    detail::ResolvedPlace where_;
};

/// A component or layout in storage of its own: contiguous, shape [..., width] ([..., groups, width] for a
/// component in groups). Move-only.
template <class X, Index Groups>
    requires detail::Hosted<X, Groups>
class Owned : public detail::Reading<Owned<X, Groups>, X, Groups> {
public:
    using layout = detail::host_layout<X, Groups>;

    Owned(Owned&&) noexcept = default;
    Owned& operator=(Owned&&) noexcept = default;
    SUTURE_REJECTED_COPY("an Owned is move-only: call clone() to copy it", Owned);

    /// An Owned with the same values in storage of its own.
    Owned clone() const { return Owned(detail::fresh_copy(this->held())); }

    /// A View of the storage: later writes to this Owned show in it.
    View<X, Groups> view() const& { return detail::Access::make<View<X, Groups>>(this->held()); }

    /// Gives up the tensor, with its storage.
    /// @throws OwnershipError if it was given up before
    at::Tensor take() && {
        (void)this->held();
        regions_.end();
        return std::move(tensor_);
    }
    SUTURE_REJECTED("take() consumes the Owned: write std::move(owned).take()", take() const&);

    /// The selected part, to be written: `q.at(token(4), dims<0, 10>).fill_(0)`.
    /// @throws PositionError or ShapeError if a position lies outside, or the axis is missing
    template <Where... Ws>
        requires(detail::compatible<Ws...>() &&
                 detail::placed<detail::Exactly<X>, layout, Ws...>.why == detail::Fault::none)
    Region at(const Ws&... wheres)
    &{
        return Region(
            this->held(), regions_.watch(), Groups > 1,
            detail::make_place(detail::placed<detail::Exactly<X>, layout, Ws...>, detail::WherePack<Ws...>{wheres...}));
    }
    template <Where... Ws, detail::Fault suture_fault = detail::placed<detail::Exactly<X>, layout, Ws...>.why>
        requires(detail::compatible<Ws...>() && suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, at(const Ws&...) &);
    template <Where... Ws>
        requires(!detail::compatible<Ws...>())
    SUTURE_REJECTED("two selectors restrict the same axis: keep one of them", at(const Ws&...) &);

    // An Owned is written only where the program says so: by |= or at().
#define SUTURE_WRITE_A_REGION(name) \
    template <class B>              \
    SUTURE_REJECTED("an Owned is written with |= or at(): write x.at().add_(value)", name(const B&));
    SUTURE_WRITE_A_REGION(operator+=)
    SUTURE_WRITE_A_REGION(operator-=)
    SUTURE_WRITE_A_REGION(operator*=)
    SUTURE_WRITE_A_REGION(operator/=)
    SUTURE_WRITE_A_REGION(fill_)
    SUTURE_WRITE_A_REGION(copy_)
    SUTURE_WRITE_A_REGION(add_)
    SUTURE_WRITE_A_REGION(mul_)
#undef SUTURE_WRITE_A_REGION

private:
    friend detail::Access;
    explicit Owned(at::Tensor t) : tensor_(t.is_contiguous() ? std::move(t) : detail::fresh_copy(t)) {}

    /// The tensor with all channels on the last axis: a true view.
    at::Tensor packed() const { return Groups == 1 ? this->held() : this->held().flatten(-2); }

    at::Tensor tensor_;
    detail::Tenure regions_;
};

/// Takes over a tensor that nobody else holds, without a copy: `adopt<Qkv>(linear->forward(x))`.
/// @throws OwnershipError if the tensor or its storage is held elsewhere, if its memory is borrowed, or if it is a leaf
///         that collects gradients; ShapeError or TypeError like `borrow`
template <class X>
    requires detail::Hosted<X, 1> Owned<X> adopt(at::Tensor&& tensor) {
        detail::check_packed(tensor, facts_of<detail::host_layout<X>>);
        detail::check_held_once(tensor);
        return detail::Access::make<Owned<X>>(std::move(tensor));
    }
template <class X>
SUTURE_REJECTED("adopt takes over its tensor: write adopt<Layout>(std::move(tensor))", adopt(const at::Tensor&));

}  // namespace suture
