// on: places. `on<C>(selectors...)` names a component and where in it; a method such as set() makes it an edit.
#pragma once

#include "suture/edit/edit.hpp"

#include <concepts>
#include <memory>
#include <ostream>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Whether a View, a piece or an Owned of X fits the component that Selector names. For a family only the layout can tell.
template <class X, class Selector>
inline constexpr bool fits_selector = is_family<Selector>;
template <class X, class C>
inline constexpr bool fits_selector<X, Exactly<C>> = part_fault<X, C> != Fault::other_component;

/// What a Readable holds, or is a place of.
template <class T>
struct PartOf;
template <template <class> class Holder, class X>
struct PartOf<Holder<X>> {
    using type = X;
};

/// A value that set, add and multiply can use on the component that Selector names.
template <class V, class Selector>
inline constexpr bool takes = Number<V> || std::same_as<V, at::Tensor> || std::same_as<V, Slot>;
template <Readable V, class Selector>
inline constexpr bool takes<V, Selector> = fits_selector<typename PartOf<V>::type, Selector>;

/// What an edit keeps of a value: a copy, so that the edit does not change when the value does. A Slot stays the Slot.
inline at::Tensor kept(const at::Tensor& t) { return snapshot(t); }
constexpr auto kept(Number auto n) { return n; }
inline SlotReader kept(const Slot& s) { return s.reader(); }
template <class X>
View<X> kept(const View<X>& v) {
    return Access::snapshot(v);
}
template <class X>
View<X> kept(const Owned<X>& o) {
    return Access::snapshot(o.view());
}
template <class X>
Piece<X> kept(const Piece<X>& p) {
    return Access::snapshot(p);
}
template <class X>
Piece<X> kept(const Region<X>& r) {
    return Access::make<Piece<X>>(r.clone(), Shape(r.sizes().begin(), r.sizes().end()), Access::extents(r));
}
}  // namespace detail

/// A place: a component, and where in it. A value, and a lens: it reads (`view[place]`), edits (`view | place.set(v)`),
/// writes (`owned[place] = v`) and addresses a part of a board's entry (`board[3][place] = v`). Made by `on`.
/// Law: what was set is read back; setting what was read changes nothing.
///
/// Values may be numbers, tensors of the same dtype and device that broadcast to the selection, a Slot, or the same
/// component of another run. A View is used at the same place: activation patching. A piece, `other[on<Q>(token(3))]`, is
/// used as it is. The edit keeps a copy of the value; only a Slot can be changed later.
template <class Selector, Where... Ws>
class [[nodiscard("a place alone changes nothing: write place.set(value), or read view[place]")]] Place
    : public detail::RefusedOperations {
public:
    constexpr explicit Place(Ws... wheres) : wheres_{std::move(wheres)...} {}

    /// Sets the part to the value, like JAX's `x.at[...].set`.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto set(const V& value) const { return with_value<detail::Update::set>(value); }
    /// The same; the Owned gives its tensor up, which need not be copied.
    template <class X>
        requires detail::takes<Owned<X>, Selector>
    auto set(Owned<X> && value) const {
        const Extents<X> extents = value.extents();
        std::shared_ptr<const detail::Cut> cut = detail::Access::cut(value);
        return make(detail::ValueUpdate<detail::Update::set, View<X>>{
            detail::Access::make<View<X>>(std::move(value).take(), extents, std::move(cut))});
    }
    /// Sets the part to zero: zero ablation.
    constexpr auto zero() const { return make(detail::ValueUpdate<detail::Update::set, detail::ZeroValue>{}); }
    /// Adds the value to the part.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto add(const V& value) const { return with_value<detail::Update::add>(value); }
    /// Subtracts the value from the part.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto subtract(const V& value) const { return with_value<detail::Update::subtract>(value); }
    /// Multiplies the part by the value.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto multiply(const V& value) const { return with_value<detail::Update::multiply>(value); }
    /// Divides the part by the value. The activation must have a floating-point or complex dtype.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto divide(const V& value) const { return with_value<detail::Update::divide>(value); }
    /// Clamps the part to [low, high]; an infinite bound has no effect. NaN stays NaN.
    constexpr auto clamp(double low, double high) const { return make(detail::Clamp{low, high}); }
    /// Adds independent normal noise with mean 0, drawn from `generator` or the device's default generator.
    auto noise(double stddev, at::Generator generator = {}) const {
        return make(detail::Noise{stddev, std::move(generator)});
    }
    /// Replaces the part by its mean over these axes, within the selection: mean ablation. `mean_over(Axis::batch)`.
    template <std::same_as<Axis>... Axes>
        requires(sizeof...(Axes) > 0)
    constexpr auto mean_over(Axes... axes) const {
        return make(detail::MeanOver{((axes == Axis::batch) || ...), ((axes == Axis::token) || ...),
                                     ((axes == Axis::head) || ...), ((axes == Axis::other) || ...)});
    }
    /// Removes the component along `direction` ([channels], or one per head): x - (x . d) d for the unit vector d.
    auto project_out(const at::Tensor& direction) const {
        return make(detail::ProjectOut{detail::snapshot(direction)});
    }
    /// Adds `amount` times the unit vector along `direction`. The amount is in the units of the activation; it must be
    /// finite and fit the dtype. To add a vector with its own length, use `add`.
    auto steer(const at::Tensor& direction, double amount) const {
        return make(detail::Steer{detail::snapshot(direction), amount});
    }
    /// Replaces the part by f(part). f receives a copy and returns a tensor that broadcasts to the part.
    template <class F>
        requires std::convertible_to<std::invoke_result_t<const F&, at::Tensor>, at::Tensor>
    constexpr auto apply(F f) const { return make(detail::Apply<F>{std::move(f)}); }

    // Calls that must not compile.
    template <class F>
        requires std::is_void_v<std::invoke_result_t<const F&, at::Tensor>> SUTURE_REJECTED(
            "the function given to apply() returns nothing: return the edited tensor", apply(F) const);
    template <class F>
        requires(std::invocable<const F&, at::Tensor> && !std::is_void_v<std::invoke_result_t<const F&, at::Tensor>> &&
                 !std::convertible_to<std::invoke_result_t<const F&, at::Tensor>, at::Tensor>)
    SUTURE_REJECTED("the function given to apply() returns something else: return the edited tensor", apply(F) const);
    template <class F>
        requires(!std::invocable<const F&, at::Tensor> && std::invocable<F&, at::Tensor>)
    SUTURE_REJECTED("apply calls its function as const: drop mutable, and capture by reference", apply(F) const);
    template <class F>
        requires(!std::invocable<const F&, at::Tensor> && std::invocable<const F&, at::Tensor&>)
    SUTURE_REJECTED("apply hands its function a copy: take at::Tensor by value and return it", apply(F) const);
    template <class... Fs>
    SUTURE_REJECTED("apply takes one function: write apply(f) with at::Tensor f(at::Tensor)", apply(...) const);

#define SUTURE_OTHER_VALUE(name)                                                                                     \
    template <Readable V>                                                                                            \
        requires(!detail::takes<V, Selector>)                                                                        \
    SUTURE_REJECTED("the injected View holds another component: take its values with read()", name(const V&) const); \
    template <class...>                                                                                              \
    SUTURE_REJECTED("a list is not a value: write at::tensor({1.0, 2.0})", name(InBraces) const);                    \
    template <class V>                                                                                               \
        requires(!detail::takes<V, Selector> && !Readable<V>)                                                        \
    SUTURE_REJECTED("an edit takes a number, a tensor, a View, a place or a Slot: give one", name(const V&) const);  \
    template <class...>                                                                                              \
    SUTURE_REJECTED("an edit takes one value: a number, a tensor, a View, a place or a Slot", name(...) const);
    SUTURE_OTHER_VALUE(set)
    SUTURE_OTHER_VALUE(add)
    SUTURE_OTHER_VALUE(subtract)
    SUTURE_OTHER_VALUE(multiply)
    SUTURE_OTHER_VALUE(divide)
#undef SUTURE_OTHER_VALUE
    template <class...>
    SUTURE_REJECTED("zero takes no value: write set(value), or clamp(low, high)", zero(...) const);
    template <class...>
    SUTURE_REJECTED("clamp takes both bounds as numbers: write clamp(low, high)", clamp(...) const);
    template <class...>
    SUTURE_REJECTED("noise takes a standard deviation, and perhaps a generator: write noise(0.1)", noise(...) const);
    template <class...>
    SUTURE_REJECTED("mean_over takes axes before the channels: write mean_over(Axis::token)", mean_over(...) const);
    template <class...>
    SUTURE_REJECTED("project_out takes one direction, a tensor: write project_out(direction)", project_out(...) const);
    template <class...>
    SUTURE_REJECTED("steer takes a direction and an amount: write steer(direction, 4.0)", steer(...) const);
    template <class V>
    SUTURE_REJECTED("a place is not its values: write x[place] = value, or place.set(value)", operator=(const V&) &&);
    template <class V>
        requires(!detail::is_place<V>)
    SUTURE_REJECTED("a place is not its values: write x[place] = value, or place.set(value)", operator=(const V&)&);
    template <class V>
        requires(detail::is_place<V>)
    SUTURE_REJECTED("another place is another type: give it a name of its own", operator=(const V&)&);
    constexpr Place(const Place&) = default;
    constexpr Place(Place &&) = default;
    constexpr Place& operator=(const Place&)& = default;
    constexpr Place& operator=(Place&&)& = default;

private:
    friend detail::Access;
    template <class Op>
    constexpr Edit<Selector, Op, Ws...> make(Op op) const {
        return {wheres_, std::move(op)};
    }

    template <detail::Update How, class V>
    constexpr auto with_value(const V& value) const {
        using Kept = decltype(detail::kept(value));
        return make(detail::ValueUpdate<How, Kept>{detail::kept(value)});
    }

    [[no_unique_address]] detail::WherePack<Ws...> wheres_;
};

namespace detail {
template <class... Ws>
inline constexpr bool compatible_selectors = false;
template <GivenWhere... Ws>
inline constexpr bool compatible_selectors<Ws...> = compatible<selector_type<Ws>...>();
template <class C, class... Ws>
inline constexpr Fault on_fault = Fault::none;
template <Layout C, GivenWhere... Ws>
inline constexpr Fault on_fault<C, Ws...> = channels_fault<C, selector_type<Ws>...>;
}  // namespace detail

/// A place in component `C` (or in a whole layout): `on<Q<768, 12>>(token(4), dims<0, 10>)`. Without selectors it means all
/// of the component.
template <Layout C, detail::GivenWhere... Ws>
    requires(detail::compatible_selectors<Ws...>&& detail::on_fault<C, Ws...> == detail::Fault::none)
constexpr auto on(Ws... wheres) {
    return Place<detail::Exactly<C>, detail::selector_type<Ws>...>(detail::selector_of(std::move(wheres))...);
}
template <Layout C, detail::GivenWhere... Ws, detail::Fault suture_fault = detail::on_fault<C, Ws...>>
    requires(detail::compatible_selectors<Ws...>&& suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, on(Ws...));
template <Layout C, detail::GivenWhere... Ws>
    requires(!detail::compatible_selectors<Ws...>)
SUTURE_REJECTED("two selectors restrict the same axis: keep one of them", on(Ws...));

/// A place in the only component of a family: `on<Q>(token(4))` fits every layout with one `Q<...>`.
template <template <Index, Index> class Family, detail::GivenWhere... Ws>
    requires(detail::compatible_selectors<Ws...>)
constexpr auto on(Ws... wheres) {
    return Place<detail::FamilyOf<Family>, detail::selector_type<Ws>...>(detail::selector_of(std::move(wheres))...);
}
template <template <Index, Index> class Family, detail::GivenWhere... Ws>
    requires(!detail::compatible_selectors<Ws...>)
SUTURE_REJECTED("two selectors restrict the same axis: keep one of them", on(Ws...));

// Calls that must not compile.

template <class C, class... Ws>
    requires(!Layout<C>)
SUTURE_REJECTED("this is neither a component nor a layout: name one, as in on<Q<768, 12>>()", on(Ws...));
template <Layout C, class... Ws>
    requires(!(detail::GivenWhere<Ws> && ...) && !(Integer<Ws> || ...))
SUTURE_REJECTED("this is not a selector: write on<C>(token(4), head(3), dims(0, 10))", on(Ws...));
template <template <Index, Index> class Family, class... Ws>
    requires(!(detail::GivenWhere<Ws> && ...) && !(Integer<Ws> || ...))
SUTURE_REJECTED("this is not a selector: write on<C>(token(4), head(3), dims(0, 10))", on(Ws...));
template <Layout C, class... Ws>
    requires(Integer<Ws> || ...)
SUTURE_REJECTED("a number is not a selector: write on<C>(token(4))", on(Ws...));
template <template <Index, Index> class Family, class... Ws>
    requires(Integer<Ws> || ...)
SUTURE_REJECTED("a number is not a selector: write on<C>(token(4))", on(Ws...));
template <class... Cs>
    requires(sizeof...(Cs) != 1)
SUTURE_REJECTED("a place names one component: write on<Q>(token(4))", on(...));
template <template <Index, Index> class Family>
SUTURE_REJECTED("this selector has no number: write on<C>(head(3))", on(detail::Heads (*)(int)));
template <Layout C>
SUTURE_REJECTED("this selector has no number: write on<C>(head(3))", on(detail::Heads (*)(int)));
template <template <Index, Index> class Family>
SUTURE_REJECTED("this selector has no number: write on<C>(heads(0, 4))", on(detail::Heads (*)(int, int)));
template <Layout C>
SUTURE_REJECTED("this selector has no number: write on<C>(heads(0, 4))", on(detail::Heads (*)(int, int)));
template <template <Index, Index> class Family>
SUTURE_REJECTED("this selector has no number: write on<C>(dims(0, 10))", on(detail::Dims (*)(int, int)));
template <Layout C>
SUTURE_REJECTED("this selector has no number: write on<C>(dims(0, 10))", on(detail::Dims (*)(int, int)));
template <template <Index, Index> class Family>
SUTURE_REJECTED("this selector has no number: write on<C>(token(4))", on(Position<Axis::token> (*)(int)));
template <Layout C>
SUTURE_REJECTED("this selector has no number: write on<C>(token(4))", on(Position<Axis::token> (*)(int)));
template <template <Index, Index> class Family>
SUTURE_REJECTED("this selector has no number: write on<C>(tokens(2, 5))", on(Position<Axis::token> (*)(int, int)));
template <Layout C>
SUTURE_REJECTED("this selector has no number: write on<C>(tokens(2, 5))", on(Position<Axis::token> (*)(int, int)));
template <template <Index, Index> class Family>
detail::NoParentheses* on(detail::NoParentheses*);
template <Layout C>
detail::NoParentheses* on(detail::NoParentheses*);
template <class T>
    requires(Readable<T> || Applicable<T> || std::same_as<T, at::Tensor>)  // else it would take `anything | 0`
SUTURE_REJECTED("a place is a call: write on<Q>(), with parentheses", operator|(const T&, detail::uncalled_place));
template <template <Index, Index> class Family>
SUTURE_REJECTED("selectors stand side by side: write on<C>(token(4), head(3))", on(InBraces));
template <Layout C>
SUTURE_REJECTED("selectors stand side by side: write on<C>(token(4), head(3))", on(InBraces));
template <class Selector, Where... Ws>
SUTURE_REJECTED(
    "a place has no values to print: print an edit, or view[place]", operator<<(std::ostream&,
                                                                                const Place<Selector, Ws...>&));
template <template <Index, Index> class Family, auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("selectors go in parentheses: write on<Q>(token(4), head(3))", on(...));
template <Layout C, auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("selectors go in parentheses: write on<Q>(token(4), head(3))", on(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 1)
SUTURE_REJECTED("a place names one component: write on<Q>(token(4))", on(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a place names one component: write on<Q>(token(4))", on(...));
template <Sentence>
SUTURE_REJECTED("a place names one component: write on<Q>(token(4))", on(...));

template <class T, class Selector, Where... Ws>
SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator|(const T&,
                                                                                      const Place<Selector, Ws...>&));
template <class T, class Selector, Where... Ws>
SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator|=(const T&,
                                                                                       const Place<Selector, Ws...>&));
template <class Selector, Where... Ws, Applicable R>
SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator|(const Place<Selector, Ws...>&,
                                                                                      const R&));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
