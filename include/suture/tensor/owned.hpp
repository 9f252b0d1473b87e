// Owned: storage that this program alone holds, and the only thing in suture that can be written. It is made by
// clone(), by cat, by an edit, or by adopt() from a tensor that provably nobody else holds.
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
/// Tells the Regions of an Owned whether it still holds what they write: it ends where the Owned is moved or taken.
class tenure {
public:
    tenure() = default;
    tenure(tenure&& other) noexcept { other.end(); }
    tenure& operator=(tenure&& other) noexcept {
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

/// A part of an Owned that can be written in place, with the checks of every edit. Methods are named as in
/// PyTorch, take a number or a tensor that broadcasts to the part, and leave everything as it was if they throw.
/// Writing throws an OwnershipError once the Owned is moved, taken or gone.
class Region {
public:
    /// The shape of the part.
    std::vector<extent> sizes() const { return {where_.sizes.begin(), where_.sizes.end()}; }

    const Region& fill_(Number auto value) const { return write(update::set, detail::scalar_of(value)); }
    const Region& zero_() const { return write(update::set, at::Scalar(0)); }
    const Region& copy_(const at::Tensor& value) const { return write(update::set, value); }
    const Region& add_(Number auto value) const { return write(update::add, detail::scalar_of(value)); }
    const Region& add_(const at::Tensor& value) const { return write(update::add, value); }
    const Region& mul_(Number auto value) const { return write(update::multiply, detail::scalar_of(value)); }
    const Region& mul_(const at::Tensor& value) const { return write(update::multiply, value); }

private:
    template <class X, extent Groups>
        requires Hosted<X, Groups>
    friend class Owned;
    Region(at::Tensor owned, std::weak_ptr<const bool> lasts, bool grouped, const detail::Place& p)
        : owned_(std::move(owned)),
          lasts_(std::move(lasts)),
          grouped_(grouped),
          where_(detail::resolve(p, owned_, owned_.sizes().slice(0, owned_.dim() - (grouped ? 2 : 1)))) {}

    const Region& write(update how, const detail::value& with) const {
        if (lasts_.expired())
            throw OwnershipError("the Owned of this part was moved, taken or is gone: call at() on what it went to");
        detail::check_writable(owned_);
        const at::Tensor packed = grouped_ ? owned_.flatten(-2) : owned_;
        const detail::value value = detail::checked(how, with, packed, where_.sizes);
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
template <class X, extent Groups>
    requires Hosted<X, Groups>
class Owned : public detail::reading<Owned<X, Groups>, X, Groups> {
public:
    using layout = host_layout<X, Groups>;

    Owned(Owned&&) noexcept = default;
    Owned& operator=(Owned&&) noexcept = default;
    SUTURE_REJECTED_COPY("an Owned is move-only: call clone() to copy it", Owned);

    /// Another Owned with the same contents.
    Owned clone() const { return Owned(detail::fresh_copy(this->held())); }

    /// What is owned, to read. It shares the storage: later writes to this Owned show in it.
    View<X, Groups> view() const& { return detail::access::make<View<X, Groups>>(this->held()); }

    /// Gives the tensor up, with the storage.
    /// @throws OwnershipError if it was given up before
    at::Tensor take() && {
        (void)this->held();
        regions_.end();
        return std::move(tensor_);
    }
    SUTURE_REJECTED("take() consumes the Owned: write std::move(owned).take()", take() const&);

    /// The part that the wheres mean, to write: `q.at(token(4), dims<0, 10>).fill_(0)`.
    /// @throws PositionError or ShapeError if the part is not there
    template <Where... Ws>
        requires(compatible<Ws...>() && placed<exactly<X>, layout, Ws...>.why == fault::none)
    Region at(const Ws&... wheres)
    &{
        return Region(this->held(), regions_.watch(), Groups > 1,
                      detail::make_place(placed<exactly<X>, layout, Ws...>, WherePack<Ws...>{wheres...}));
    }
    template <Where... Ws, fault suture_fault = placed<exactly<X>, layout, Ws...>.why>
        requires(compatible<Ws...>() && suture_fault != fault::none)
    SUTURE_REJECTED_FOR(suture_fault, at(const Ws&...) &);
    template <Where... Ws>
        requires(!compatible<Ws...>())
    SUTURE_REJECTED("two wheres restrict the same axis: keep one of them", at(const Ws&...) &);

    // What a View has no use for either: an Owned is written where it says so.
#define SUTURE_WRITE_A_REGION(name) \
    template <class B>              \
    SUTURE_REJECTED("an Owned is written by |= or by at(): write x.at().add_(value)", name(const B&));
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
    friend detail::access;
    explicit Owned(at::Tensor t) : tensor_(t.is_contiguous() ? std::move(t) : detail::fresh_copy(t)) {}

    /// The tensor with all channels on the last axis: a true view.
    at::Tensor packed() const { return Groups == 1 ? this->held() : this->held().flatten(-2); }

    at::Tensor tensor_;
    detail::tenure regions_;
};

/// Takes over a tensor that nobody else holds, without a copy: `adopt<Qkv>(linear->forward(x))`.
/// @throws OwnershipError if the tensor, or its storage, is held elsewhere, is borrowed memory, or is a leaf that
///         collects gradients; @throws ShapeError or TypeError as `borrow`
template <class X>
    requires Hosted<X, 1> Owned<X> adopt(at::Tensor&& tensor) {
        detail::check_packed(tensor, facts_of<host_layout<X>>);
        detail::check_held_once(tensor);
        return detail::access::make<Owned<X>>(std::move(tensor));
    }
template <class X>
SUTURE_REJECTED("adopt takes a tensor over: write adopt<Layout>(std::move(tensor))", adopt(const at::Tensor&));

}  // namespace suture
