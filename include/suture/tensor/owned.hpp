// Owned: storage that nobody else holds, and the only thing in suture that can be written. It is made by clone(), by
// cat, by an edit, or by adopt() from a tensor that provably nobody else holds.
#pragma once

#include "suture/tensor/detail/tenure.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/reading.hpp"
#include "suture/tensor/region.hpp"
#include "suture/tensor/view.hpp"

#include <memory>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A component or layout in storage of its own: contiguous, shape [..., width]. Move-only.
///
///     Owned<Qkv> mine = borrow<Qkv>(activation).clone();
///     mine[on<Q>(token(4))] = 0;
///     mine[on<K>(head(7))] *= 0.5;
///     mine[on<V>(token(1))] = other[on<V>(token(3))];
///     at::Tensor edited = std::move(mine).take();
template <class X>
class [[nodiscard("the result is a new Owned: use it, or its tensor")]] Owned : public detail::Reading<Owned<X>>,
                                                                                public detail::OwnedWriters {
public:
    using layout = X;

    Owned(Owned &&) noexcept = default;
    Owned& operator=(Owned&&)& noexcept = default;
    SUTURE_REJECTED_COPY("an Owned is move-only: call clone() to copy it", Owned);
    template <class V>
    SUTURE_REJECTED("this Owned is gone at the end of the line: give it a name first", operator=(const V&) &&);

    /// An Owned with the same values in storage of its own.
    Owned clone() const { return Owned(detail::fresh_copy(this->held()), extents_, cut_); }

    /// The numbers of the layout, which its type may leave dynamic.
    const Extents<X>& extents() const { return extents_; }

    /// A View of the storage as it is now. A later write to this Owned first moves the Owned to storage of its own, so the
    /// View keeps its values.
    View<X> view() const { return detail::Access::make<View<X>>(detail::own_handle(this->held()), extents_, cut_); }

    /// Gives up the tensor, with its storage.
    /// @throws OwnershipError if it was given up before
    at::Tensor take()&& {
        (void)this->held();
        places_.end();
        return std::move(tensor_);
    }
    SUTURE_REJECTED("take() consumes the Owned: write std::move(owned).take()", take() const&);
    /// A temporary gives its tensor up: `at::Tensor edited = view | recipe;`.
    operator at::Tensor()&& { return std::move(*this).take(); }

    /// A place, to be written or read: `mine[on<Q>(token(4))] = 0`.
    /// @throws PositionError or ShapeError if a position lies outside, or the axis is missing
    template <class Selector, Where... Ws>
        requires(detail::place_fault<Selector, X, Ws...> == detail::Fault::none)
    auto operator[](const Place<Selector, Ws...>& place)& {
        using C = typename detail::Resolution<Selector, X>::type;
        (void)this->held();
        return detail::Access::region<part_of<X, C>>(
            &tensor_, places_.watch(), detail::place_in<Selector, X>(detail::Access::wheres(place), extents_),
            extents_.template of_part<C>(), cut_);
    }
    /// A place of a const Owned, to be read.
    template <class Selector, Where... Ws>
        requires(detail::place_fault<Selector, X, Ws...> == detail::Fault::none)
    auto operator[](const Place<Selector, Ws...>& place) const& { return view()[place]; }
    template <class Selector, Where... Ws>
    SUTURE_REJECTED(
        "this Owned is gone at the end of the line: give it a name first", operator[](
                                                                               const Place<Selector, Ws...>&) &&);
    template <class Selector, Where... Ws, detail::Fault suture_fault = detail::place_fault<Selector, X, Ws...>>
        requires(suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, operator[](const Place<Selector, Ws...>&) const&);
    template <class I>
        requires(!detail::is_place<I>)
    SUTURE_REJECTED("an Owned is written at a place: write x[on<C>(token(4))] = value", operator[](const I&) const&);

    SUTURE_REJECTED("a place is a call: write x[on<Q>()], with parentheses", operator[](detail::uncalled_place) const&);
    SUTURE_REJECTED("an Owned is written at a place: write x[on<C>(token(4))] = value", operator[](InBraces) const&);
    // Calls that must not compile.
    SUTURE_REJECTED_DEFAULT("an Owned holds values: make it by clone(), cat, an edit or adopt()", Owned);
    SUTURE_REJECTED_FROM("an Owned has storage of its own: write view.clone()", Owned, const View<X>&);
    SUTURE_REJECTED_FROM("this View has another layout: clone the part that you mean, view[on<C>()]", Owned,
                         const detail::ViewWriters&);
    SUTURE_REJECTED_FROM("this Owned has another layout: clone the part that you mean, x.view()[on<C>()]", Owned,
                         const detail::OwnedWriters&);
    SUTURE_REJECTED_FROM("others may hold this tensor: write borrow<Layout>(tensor).clone()", Owned, const at::Tensor&);
    SUTURE_REJECTED_CONVERSION("an Owned gives its tensor up by a move: write std::move(owned).take()", at::Tensor,
                               const&);
    SUTURE_REJECTED("an Owned is move-only: call clone() to copy it", operator=(const Owned&)&);
    template <class V>
    SUTURE_REJECTED(
        "an Owned is written at a place: for all of it, write x[on<Layout>()] = value", operator=(const V&)&);
    template <class V>
    SUTURE_REJECTED("an Owned is written with |= or at a place: write x[on<C>()] += value", operator+=(const V&) const);
    template <class V>
    SUTURE_REJECTED("an Owned is written with |= or at a place: write x[on<C>()] -= value", operator-=(const V&) const);
    template <class V>
    SUTURE_REJECTED("an Owned is written with |= or at a place: write x[on<C>()] *= value", operator*=(const V&) const);
    template <class V>
    SUTURE_REJECTED("an Owned is written with |= or at a place: write x[on<C>()] /= value", operator/=(const V&) const);

private:
    friend detail::Access;
    template <class>
    friend class detail::Reading;
    explicit Owned(at::Tensor && t, Extents<X> extents, std::shared_ptr<const detail::Cut> cut = {})
        : tensor_(t.is_contiguous() ? std::move(t) : detail::fresh_copy(t)), extents_(extents), cut_(std::move(cut)) {}

    at::IntArrayRef own_sizes() const { return tensor_.sizes(); }
    at::Tensor values() const { return tensor_; }
    at::Tensor injected(const detail::InjectedAt& at) const { return detail::Access::injected(view(), at); }
    at::Tensor unprotected() const { return tensor_; }
    std::string description() const { return "Owned<" + layout_text(extents_.facts()) + ">"; }

    at::Tensor tensor_;
    [[no_unique_address]] Extents<X> extents_;
    std::shared_ptr<const detail::Cut> cut_;  ///< the positions of an activation that it holds; null if all
    detail::Tenure places_;
};

namespace detail {
struct NoLayout;
}  // namespace detail
// Without a layout, for the sentence of the specialisation below.
template <class... Given>
Owned(Given...) -> Owned<detail::NoLayout>;

template <class X>
    requires(!Layout<X>)
class Owned<X> {
    static_assert(Layout<X>, "an Owned holds one layout: write Owned<Q<768, 12>>, or a Fused of several");
};

/// Takes over a tensor that nobody else holds, without a copy: `adopt<Qkv>(linear->forward(x))`.
/// @throws OwnershipError if the tensor or its storage is held elsewhere, if its memory is borrowed, or if it is a leaf
///         that collects gradients; ShapeError or TypeError like `borrow`
template <Layout X>
Owned<X> adopt(at::Tensor&& tensor, const Extents<X>& extents) {
    detail::check_packed(tensor, extents.facts());
    detail::check_held_once(tensor);
    return detail::Access::make<Owned<X>>(std::move(tensor), extents);
}
template <Layout X>
    requires(detail::is_deducible<X>)
Owned<X> adopt(at::Tensor&& tensor) {
    const Extents<X> extents = detail::extents_in<X>(tensor);
    return adopt<X>(std::move(tensor), extents);
}
template <Layout X>
    requires(!detail::is_deducible<X>)
SUTURE_REJECTED("these numbers are not known: write adopt<Layout>(std::move(tensor), extents)", adopt(at::Tensor&&));
template <class X>
SUTURE_REJECTED("adopt takes over its tensor: write adopt<Layout>(std::move(tensor))", adopt(const at::Tensor&));
template <class...>
SUTURE_REJECTED("adopt takes a layout and a tensor: write adopt<Layout>(std::move(tensor))", adopt(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("adopt takes a layout and a tensor: write adopt<Layout>(std::move(tensor))", adopt(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in adopt<Q<768>>", adopt(...));

}  // namespace suture

// Not tuples, but asked as if they were, so that `auto [q, k, v] = owned` reads a sentence.
template <suture::Layout X>
struct std::tuple_size<suture::Owned<X>> : std::integral_constant<std::size_t, suture::detail::components_of<X>::size> {
};
template <std::size_t I, suture::Layout X>
struct std::tuple_element<I, suture::Owned<X>> {
    using type = int;
};

#include "suture/core/end_refuse.hpp"
