// on: the beginning of every edit. `on<C>(selectors...)` names a component and a part of it; the method that follows
// says how that part changes.
#pragma once

#include "suture/edit/edit.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
/// A value that set, add and multiply can use on the component that Selector names. Whether a View fits a family is
/// known only with the layout.
template <class V, class Selector>
inline constexpr bool takes = Number<V> || std::same_as<V, at::Tensor> || std::same_as<V, Slot>;
template <class X, Index Groups, class Selector>
inline constexpr bool takes<View<X, Groups>, Selector> = is_family<Selector> || std::same_as<Exactly<X>, Selector>;
}  // namespace detail

/// A part of a component, without an operation yet. Made by `on`.
///
/// Values may be numbers, tensors of the same dtype and device that broadcast to the part, a Slot, or a View of the
/// same component in another run. The edit then uses the same part of that View: activation patching.
template <class Selector, Where... Ws>
class Selection {
public:
    constexpr explicit Selection(Ws... wheres) : wheres_{std::move(wheres)...} {}

    /// Sets the part to the value, like JAX's `x.at[...].set`.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto set(const V& value) const { return with_value<detail::Update::set>(value); }
    /// Sets the part to zero: zero ablation.
    constexpr auto zero() const { return make(detail::ValueUpdate<detail::Update::set, detail::ZeroValue>{}); }
    /// Adds the value to the part.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto add(const V& value) const { return with_value<detail::Update::add>(value); }
    /// Multiplies the part by the value.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto multiply(const V& value) const { return with_value<detail::Update::multiply>(value); }
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
        return make(detail::MeanOver{((axes == Axis::batch) || ...), ((axes == Axis::token) || ...)});
    }
    /// Removes the component along `direction` ([channels], or one per head): x - (x . d) d for the unit vector d.
    auto project_out(at::Tensor direction) const { return make(detail::ProjectOut{std::move(direction)}); }
    /// Adds `amount` times the unit vector along `direction`. The amount is in the units of the activation; it must be
    /// finite and fit the dtype. To add a vector with its own length, use `add`.
    auto steer(at::Tensor direction, double amount) const { return make(detail::Steer{std::move(direction), amount}); }
    /// Replaces the part by f(part). f receives a copy and returns a tensor that broadcasts to the part.
    template <class F>
        requires std::convertible_to<std::invoke_result_t<const F&, at::Tensor>, at::Tensor>
    constexpr auto apply(F f) const { return make(detail::Apply<F>{std::move(f)}); }
    template <class F>
        requires std::is_void_v<std::invoke_result_t<const F&, at::Tensor>> SUTURE_REJECTED(
            "the function given to apply() returns nothing: return the edited tensor", apply(F) const);

#define SUTURE_OTHER_COMPONENT(name)                                                          \
    template <class X, Index Groups>                                                          \
        requires(!detail::takes<View<X, Groups>, Selector>)                                   \
    SUTURE_REJECTED("the injected View holds another component: take its values with read()", \
                    name(const View<X, Groups>&) const);                                      \
    template <class X, Index Groups>                                                          \
    SUTURE_REJECTED("an Owned is injected as a View: write x.view()", name(const Owned<X, Groups>&) const);
    SUTURE_OTHER_COMPONENT(set)
    SUTURE_OTHER_COMPONENT(add)
    SUTURE_OTHER_COMPONENT(multiply)
#undef SUTURE_OTHER_COMPONENT

private:
    template <class Op>
    constexpr Edit<Selector, Op, Ws...> make(Op op) const {
        return {wheres_, std::move(op)};
    }

    template <detail::Update How, class V>
    constexpr auto with_value(const V& value) const {
        if constexpr (std::same_as<V, Slot>)
            return make(detail::ValueUpdate<How, detail::SlotReader>{value.reader()});
        else
            return make(detail::ValueUpdate<How, V>{value});
    }

    [[no_unique_address]] detail::WherePack<Ws...> wheres_;
};

/// Begins an edit of component `C` (or of a whole layout): `on<Q<768, 12>>(token(4), dims<0, 10>).set(0)`.
/// Without selectors it means all of the component.
template <class C, Where... Ws>
    requires(detail::compatible<Ws...>() && detail::channels_fault<C, Ws...> == detail::Fault::none)
constexpr auto on(Ws... wheres) { return Selection<detail::Exactly<C>, Ws...>(std::move(wheres)...); }
template <class C, Where... Ws, detail::Fault suture_fault = detail::channels_fault<C, Ws...>>
    requires(detail::compatible<Ws...>() && suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, on(Ws...));
template <class C, Where... Ws>
    requires(!detail::compatible<Ws...>())
SUTURE_REJECTED("two selectors restrict the same axis: keep one of them", on(Ws...));

/// Begins an edit of the only component of a family: `on<Q>(token(4))` fits every layout with one `Q<...>`.
template <template <Index, Index> class Family, Where... Ws>
    requires(detail::compatible<Ws...>())
constexpr auto on(Ws... wheres) { return Selection<detail::FamilyOf<Family>, Ws...>(std::move(wheres)...); }
template <template <Index, Index> class Family, Where... Ws>
    requires(!detail::compatible<Ws...>())
SUTURE_REJECTED("two selectors restrict the same axis: keep one of them", on(Ws...));

// Calls that must not compile.

template <class C, class... Ws>
    requires(Number<Ws> || ...)
SUTURE_REJECTED("a number is not a selector: write on<C>(token(4))", on(Ws...));
template <template <Index, Index> class Family, class... Ws>
    requires(Number<Ws> || ...)
SUTURE_REJECTED("a number is not a selector: write on<C>(token(4))", on(Ws...));

template <class T, class Selector, Where... Ws>
SUTURE_REJECTED(
    "the edit has no operation: write on<...>(...).set(value)", operator|(const T&, const Selection<Selector, Ws...>&));
template <class T, class Selector, Where... Ws>
SUTURE_REJECTED(
    "the edit has no operation: write on<...>(...).set(value)", operator|=(const T&,
                                                                           const Selection<Selector, Ws...>&));
template <class Selector, Where... Ws, AnyRecipe R>
SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator|(const Selection<Selector, Ws...>&,
                                                                                      const R&));

}  // namespace suture
