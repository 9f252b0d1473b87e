// View: read-only access to someone else's storage. A call that would write it does not compile, and the error says
// why. To get an Owned, pipe it into a recipe or clone() it.
#pragma once

#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/piece.hpp"
#include "suture/tensor/reading.hpp"

#include <concepts>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// An edit or a recipe, which are declared above Views.
template <class E>
concept EditLike = requires {
    E::calls_back;
};
}  // namespace detail

/// A component or layout in storage that others may hold: a model's activation, a cached run. It keeps the storage
/// alive and never writes it. Shape [..., width]; any strides.
template <class X>
class [[nodiscard("a View only reads: clone() it, or pipe it into a recipe")]] View : public detail::Reading<View<X>>,
                                                                                      public detail::ViewWriters {
public:
    using layout = X;

    View(const View&) = default;
    View(View &&) noexcept = default;
    View& operator=(const View&)& = default;
    View& operator=(View&&)& noexcept = default;
    template <class V>
    SUTURE_REJECTED("a View is read-only: write view | on<C>().set(value)", operator=(const V&) &&);
    template <class V>
    SUTURE_REJECTED("a View is read-only: write view | on<C>().set(value)", operator=(const V&)&);

    /// A copy, which can be written. Gradients flow through it.
    Owned<X> clone() const {
        return detail::Access::make<Owned<X>>(detail::fresh_copy(this->canonical()), extents_, cut_);
    }

    /// The numbers of the layout, which its type may leave dynamic.
    const Extents<X>& extents() const { return extents_; }

    /// Reads a place: `view[on<Q>(token(4), head(h))]`. Without selectors, `view[on<Q>()]` is the component as a View. A
    /// View that holds only some positions of its activation is named in this way, `queries[on<Q>()]`, to inject it at
    /// others.
    /// @throws PositionError or ShapeError if a position lies outside, or the axis is missing
    template <class Selector, Where... Ws>
        requires(detail::place_fault<Selector, X, Ws...> == detail::Fault::none)
    auto operator[](const Place<Selector, Ws...>& place) const {
        using C = typename detail::Resolution<Selector, X>::type;
        using Part = part_of<X, C>;
        detail::PlaceValue asked = detail::place_in<Selector, X>(detail::Access::wheres(place), extents_);
        asked.part.where = within(asked.part.where);
        if constexpr (sizeof...(Ws) == 0) {
            View<Part> part = component<C>();
            if constexpr (std::same_as<Part, X>) part.cut_ = detail::named(cut_);
            return part;
        } else {
            asked.in = "the View";
            const detail::RecordedMode mode(this->held());
            at::Tensor t = this->held();
            if (cut_) detail::look_only_within(*cut_, asked, t);
            const detail::ResolvedPlace r = detail::resolve(asked, t);
            return detail::Access::make<Piece<Part>>(r.is_viewable() ? detail::read_at(t, r) : detail::part_at(t, r),
                                                     r.sizes, extents_.template of_part<C>(), loan_);
        }
    }
    template <class Selector, Where... Ws, detail::Fault suture_fault = detail::place_fault<Selector, X, Ws...>>
        requires(suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, operator[](const Place<Selector, Ws...>&) const);

    // Calls that must not compile.
    SUTURE_REJECTED_DEFAULT("a View shows a tensor: write borrow<Layout>(tensor), or use std::optional", View);
    SUTURE_REJECTED_FROM("a tensor has no layout: write borrow<Layout>(tensor)", View, const at::Tensor&);
    explicit SUTURE_REJECTED_FROM("a tensor has no layout: write borrow<Layout>(tensor)", View, const at::Tensor&,
                                  InBraces);
    SUTURE_REJECTED_FROM("a View shows a tensor: write borrow<Layout>(tensor), or use std::optional", View, double);
    SUTURE_REJECTED_FROM("an Owned shows itself by view(): write owned.view()", View, const Owned<X>&);
    SUTURE_REJECTED_FROM("this View has another layout: read the part that you mean, view[on<C>()]", View,
                         const detail::ViewWriters&);
    SUTURE_REJECTED_FROM("a place is not a View: write auto part = view[place], or view[place].clone()", View,
                         const detail::PieceWriters&);
    SUTURE_REJECTED_CONVERSION("a View is not a tensor: copy it, view.clone(), or lend it, view.read(f)", at::Tensor,
                               const);
    template <class...>
    SUTURE_REJECTED("a View is read-only: call clone() first", take(InBraces = {}) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator+=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator-=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator*=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator/=(const B&) const);
    template <class I>
        requires(!detail::is_place<I> && !detail::EditLike<I>)
    SUTURE_REJECTED("a View is read at a place: write view[on<C>(token(4))]", operator[](const I&) const);
    SUTURE_REJECTED("a place is a call: write x[on<Q>()], with parentheses", operator[](detail::uncalled_place) const);
    SUTURE_REJECTED("a View is read at a place: write view[on<C>(token(4))]", operator[](InBraces) const);
    SUTURE_REJECTED(
        "a View is read at a place: write view[on<C>(token(4))]", operator[](Position<Axis::token> (*)(int)) const);
    template <detail::EditLike R>
    SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator[](const R&) const);

private:
    friend detail::Access;
    template <class>
    friend class detail::Reading;
    template <class>
    friend class View;
    explicit View(at::Tensor && t, Extents<X> extents, std::shared_ptr<const detail::Cut> cut = {},
                  detail::Loan loan = {})
        : View(std::move(t), extents, detail::whole_slice(extents), std::move(cut), std::move(loan)) {}
    View(at::Tensor && t, Extents<X> extents, StridedSlice where, std::shared_ptr<const detail::Cut> && cut,
         detail::Loan && loan)
        : tensor_(std::move(t)),
          where_(where),
          extents_(extents),
          shape_(tensor_.sizes().begin(), tensor_.sizes().end()),
          cut_(std::move(cut)),
          loan_(std::move(loan)) {
        shape_.back() = extents.width();
    }

    at::IntArrayRef own_sizes() const { return shape_; }
    at::Tensor values() const {
        const at::Tensor part = detail::cut_channels(tensor_, where_);
        return part.sizes() == own_sizes() ? part : part.reshape(shape_);
    }
    at::Tensor unprotected() const { return detail::cut_channels(tensor_, where_); }
    std::string description() const { return "View<" + layout_text(extents_.facts()) + ">"; }
    /// The values at the place where they are injected. Positions are counted in this View's own axes; a single vector has
    /// none and is used at every position. A View that holds only some positions of its activation is used at those.
    /// @throws ShapeError if it has more or fewer axes: rows of a batch must not be taken for tokens of one row;
    ///         PositionError if it holds other positions than those asked for
    at::Tensor injected(const detail::InjectedAt& at) const {
        detail::check_held(extents_.facts(), at);
        detail::PlaceValue there = at.asked;
        there.part.where = where_;
        there.in = "the injected View";
        const at::IntArrayRef mine = detail::leading_axes(tensor_);
        const bool is_part = cut_ && !cut_->is_whole();
        if (is_part && cut_->is_named)
            check_fits(at.selection);
        else if (is_part)
            detail::check_same_positions(*cut_, at.asked.positions, at.leading, at.asked.part.axes, at.pass.get());
        else if (!mine.empty() && mine.size() != at.leading.size())
            throw ShapeError("the injected View has shape " + shape_text(own_sizes()) + ", with " +
                             std::to_string(mine.size()) + " axes before the channels where the activation has " +
                             std::to_string(at.leading.size()) +
                             ": give it the same axes, or read the place that you mean, view[on<C>(...)]");
        else if (!mine.empty() && at.asked.positions.is_everywhere())
            detail::check_same_pass(cut_ ? cut_->pass : nullptr, at.pass);
        if (is_part || mine.empty()) there.positions = {};
        there.part.axes = detail::axes_held(cut_.get(), there.part.axes);
        at::Tensor t = tensor_;
        if (cut_ && !is_part) detail::look_only_within(*cut_, there, t);
        return detail::part_at(t, detail::resolve(there, t));
    }
    void check_fits(at::IntArrayRef edited) const {
        if (own_sizes() != edited)
            throw ShapeError("the injected View has shape " + shape_text(own_sizes()) + " where the edited place has " +
                             shape_text(edited) + ": read the place that you mean, view[on<C>(...)]");
    }
    /// The same values, out of reach of whoever writes the storage.
    View snapshot() const {
        const detail::RecordedMode mode(tensor_);
        return View(detail::fresh_copy(this->canonical()), extents_, cut_);
    }
    template <class C>
    View<part_of<X, C>> component() const {
        const detail::RecordedMode mode(this->held());
        const StridedSlice where = within(detail::packed_in<C, X>(extents_.facts()).where);
        const Extents<part_of<X, C>> extents = extents_.template of_part<C>();
        if (where.groups > 1)
            return View<part_of<X, C>>(at::Tensor(this->held()), extents, where,
                                       std::shared_ptr<const detail::Cut>(cut_), detail::Loan(loan_));
        return View<part_of<X, C>>(detail::read_channels(this->held(), where), extents, cut_, loan_);
    }
    /// A slice of X, within the tensor.
    StridedSlice within(const StridedSlice& of_x) const {
        if (where_.groups == 1) return of_x;
        return where_;  // a component in groups: its only part is itself
    }

    at::Tensor tensor_;  ///< [..., channels]: those of X, or, if X lies in groups, those of the layout around it
    StridedSlice where_;
    [[no_unique_address]] Extents<X> extents_;
    detail::Shape shape_;
    std::shared_ptr<const detail::Cut> cut_;
    detail::Loan loan_;  ///< counts the Views that a hook was lent
};

namespace detail {
struct NoLayout;
}  // namespace detail
// Without a layout, for the sentence of the specialisation below.
template <class... Given>
View(Given...) -> View<detail::NoLayout>;

template <class X>
    requires(!Layout<X>)
class View<X> {
    static_assert(Layout<X>, "a View shows one layout: write View<Q<768, 12>>, or a Fused of several");
};

/// Views a tensor as a layout (or as one component): `borrow<Qkv>(c_attn_output)`; with its numbers, where the type leaves
/// some dynamic: `borrow<Gpt2Qkv<dynamic, dynamic>>(c_attn_output, extents)`. The last axis must have its width;
/// the axes before it and the strides are arbitrary. Nothing is copied.
/// @throws ShapeError if the width differs, TypeError if the tensor is undefined, sparse, nested or quantized
template <Layout X>
View<X> borrow(const at::Tensor& tensor, const Extents<X>& extents) {
    detail::check_packed(tensor, extents.facts());
    return detail::Access::make<View<X>>(detail::own_handle(tensor), extents);
}
/// The same where the type says the numbers, or the width of the tensor tells the one that is dynamic:
/// `borrow<Resid<dynamic>>(stream)`.
template <Layout X>
    requires(detail::is_deducible<X>)
View<X> borrow(const at::Tensor& tensor) { return borrow<X>(tensor, detail::extents_in<X>(tensor)); }
template <Layout X>
    requires(!detail::is_deducible<X>)
SUTURE_REJECTED("these numbers are not known: write borrow<Layout>(tensor, extents)", borrow(const at::Tensor&));

template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in borrow<Q<768>>(tensor)", borrow(const at::Tensor&));
template <Sentence>
SUTURE_REJECTED("borrow takes a layout and a tensor: write borrow<Layout>(tensor)", borrow(...));
template <class T>
    requires(!Layout<T>)
SUTURE_REJECTED("this is neither a component nor a layout: write borrow<Q<768, 12>>(tensor)",
                borrow(const at::Tensor&));
template <class T, Readable V>
SUTURE_REJECTED("this is borrowed already: read a part of it at its place, view[on<C>()]", borrow(const V&));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("borrow takes a layout and a tensor: write borrow<Layout>(tensor)", borrow(...));
template <class...>
SUTURE_REJECTED("borrow takes a layout and a tensor: write borrow<Layout>(tensor)", borrow(...));

/// Views of all components of a layout, in its order: `auto [q, k, v] = split(qkv)`. Nothing is copied.
/// @post `cat<L>` of the parts equals the whole
template <Layout L>
auto split(const View<L>& whole) {
    return [&]<class... Cs>(detail::TypeList<Cs...>) {
        return std::tuple<View<part_of<L, Cs>>...>(detail::Access::component<Cs>(whole)...);
    }(detail::components_of<L>{});
}
/// Views of the components of an Owned.
template <Layout L>
auto split(const Owned<L>& whole) {
    return split(whole.view());
}
template <class...>
SUTURE_REJECTED("split takes a View or an Owned: write split(borrow<Layout>(tensor))", split(...));
template <Readable V, class... Widths>
    requires(sizeof...(Widths) > 0)
SUTURE_REJECTED("the layout knows the widths: write split(view)", split(const V&, const Widths&...));
template <class L, Readable V, class... Widths>
    requires(sizeof...(Widths) > 0)
SUTURE_REJECTED("the layout knows the widths: write split(view)", split(const V&, const Widths&...));
template <class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write split(borrow<Layout>(tensor))", split(const T&));
template <class L, class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write split(borrow<Layout>(tensor))", split(const T&));
template <class X>
SUTURE_REJECTED("a place is not split: split the View, then read the place of a part", split(const Piece<X>&));

}  // namespace suture

// Not tuples, but asked as if they were, so that `auto [q, k, v] = view` reads a sentence.
template <suture::Layout X>
struct std::tuple_size<suture::View<X>> : std::integral_constant<std::size_t, suture::detail::components_of<X>::size> {
};
template <std::size_t I, suture::Layout X>
struct std::tuple_element<I, suture::View<X>> {
    using type = int;
};

#include "suture/core/end_refuse.hpp"

// clone() returns an Owned, and an Owned is read as a View: each header needs the other.
#include "suture/tensor/owned.hpp"
