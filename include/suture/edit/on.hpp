// on: the beginning of every edit. `on<C>(wheres...)` names a component and a part of it; the method that
// follows says what becomes of that part.
#pragma once

#include "suture/edit/edit.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
/// A value that set, add and multiply take up in the component that Selector names. Whether a View suits a family
/// is known when the layout is.
template <class V, class Selector>
inline constexpr bool takes = Number<V> || std::same_as<V, at::Tensor> || std::same_as<V, Slot>;
template <class X, extent Groups, class Selector>
inline constexpr bool takes<View<X, Groups>, Selector> = is_family<Selector> || std::same_as<exactly<X>, Selector>;
}  // namespace detail

/// A part of a component, waiting for an operation. Made by `on`.
///
/// Values may be numbers, tensors that broadcast to the part (same dtype and device), a Slot, or the View of the
/// same component in another run: of that the same part is taken, which is activation patching.
template <class Selector, Where... Ws>
class Selection {
public:
    constexpr explicit Selection(Ws... wheres) : wheres_{std::move(wheres)...} {}

    /// Becomes the value. JAX's `x.at[...].set`.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto set(const V& value) const { return take_up<update::set>(value); }
    /// Becomes zero: zero ablation.
    constexpr auto zero() const { return make(detail::take_up<update::set, detail::zero_value>{}); }
    /// Is increased by the value.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto add(const V& value) const { return take_up<update::add>(value); }
    /// Is multiplied by the value.
    template <class V>
        requires detail::takes<V, Selector>
    constexpr auto multiply(const V& value) const { return take_up<update::multiply>(value); }
    /// Is limited to [low, high]; an infinite bound limits nothing. NaN stays NaN.
    constexpr auto clamp(double low, double high) const { return make(detail::clamped{low, high}); }
    /// Gets independent normal noise of mean 0 added, from `generator` or the device's default one.
    auto noise(double stddev, at::Generator generator = {}) const {
        return make(detail::noisy{stddev, std::move(generator)});
    }
    /// Becomes its mean over these axes, within what is selected: mean ablation. `mean_over(axis::batch)`.
    template <std::same_as<axis>... Axes>
        requires(sizeof...(Axes) > 0)
    constexpr auto mean_over(Axes... axes) const {
        return make(detail::averaged{((axes == axis::batch) || ...), ((axes == axis::token) || ...)});
    }
    /// Loses its component along `direction` ([channels], or one a head): x - (x . d) d for the unit vector d.
    auto project_out(at::Tensor direction) const { return make(detail::projected{std::move(direction)}); }
    /// Moves by `amount` along `direction`, which is scaled to length 1 first: amount is in the activation's own
    /// units, finite and within the dtype. To add a vector with the length that it has, use `add`.
    auto steer(at::Tensor direction, double amount) const {
        return make(detail::steered{std::move(direction), amount});
    }
    /// Becomes f of itself. f gets a tensor of its own and returns one that broadcasts to the part.
    template <class F>
        requires std::convertible_to<std::invoke_result_t<const F&, at::Tensor>, at::Tensor>
    constexpr auto apply(F f) const { return make(detail::applied<F>{std::move(f)}); }
    template <class F>
        requires std::is_void_v<std::invoke_result_t<const F&, at::Tensor>> SUTURE_REJECTED(
            "the function given to apply() returns nothing: return the edited tensor", apply(F) const);

#define SUTURE_OTHER_COMPONENT(name)                                                          \
    template <class X, extent Groups>                                                         \
        requires(!detail::takes<View<X, Groups>, Selector>)                                   \
    SUTURE_REJECTED("the injected View is of another component: take its values with read()", \
                    name(const View<X, Groups>&) const);                                      \
    template <class X, extent Groups>                                                         \
    SUTURE_REJECTED("an Owned is injected through its view: write x.view()", name(const Owned<X, Groups>&) const);
    SUTURE_OTHER_COMPONENT(set)
    SUTURE_OTHER_COMPONENT(add)
    SUTURE_OTHER_COMPONENT(multiply)
#undef SUTURE_OTHER_COMPONENT

private:
    template <class Op>
    constexpr Edit<Selector, Op, Ws...> make(Op op) const {
        return {wheres_, std::move(op)};
    }

    template <update How, class V>
    constexpr auto take_up(const V& value) const {
        if constexpr (std::same_as<V, Slot>)
            return make(detail::take_up<How, detail::SlotReader>{value.reader()});
        else
            return make(detail::take_up<How, V>{value});
    }

    [[no_unique_address]] WherePack<Ws...> wheres_;
};

/// Begins an edit of component `C` (or of a whole layout): `on<Q<768, 12>>(token(4), dims<0, 10>).set(0)`.
/// Without wheres all of it is meant.
template <class C, Where... Ws>
    requires(compatible<Ws...>() && channels_fault<C, Ws...> == fault::none)
constexpr auto on(Ws... wheres) { return Selection<exactly<C>, Ws...>(std::move(wheres)...); }
template <class C, Where... Ws, fault suture_fault = channels_fault<C, Ws...>>
    requires(compatible<Ws...>() && suture_fault != fault::none)
SUTURE_REJECTED_FOR(suture_fault, on(Ws...));
template <class C, Where... Ws>
    requires(!compatible<Ws...>())
SUTURE_REJECTED("two wheres restrict the same axis: keep one of them", on(Ws...));

/// Begins an edit of the only component of a family: `on<Q>(token(4))` suits every layout that has one `Q<...>`.
template <template <extent, extent> class Family, Where... Ws>
    requires(compatible<Ws...>())
constexpr auto on(Ws... wheres) { return Selection<family<Family>, Ws...>(std::move(wheres)...); }
template <template <extent, extent> class Family, Where... Ws>
    requires(!compatible<Ws...>())
SUTURE_REJECTED("two wheres restrict the same axis: keep one of them", on(Ws...));

// What must not compile.

template <class C, class... Ws>
    requires(Number<Ws> || ...)
SUTURE_REJECTED("a where is token(4), not a number: write on<C>(token(4))", on(Ws...));
template <template <extent, extent> class Family, class... Ws>
    requires(Number<Ws> || ...)
SUTURE_REJECTED("a where is token(4), not a number: write on<C>(token(4))", on(Ws...));

template <class T, class Selector, Where... Ws>
SUTURE_REJECTED(
    "an edit lacks its operation: write on<...>(...).set(value)", operator|(const T&,
                                                                            const Selection<Selector, Ws...>&));
template <class T, class Selector, Where... Ws>
SUTURE_REJECTED(
    "an edit lacks its operation: write on<...>(...).set(value)", operator|=(const T&,
                                                                             const Selection<Selector, Ws...>&));
template <class Selector, Where... Ws, AnyRecipe R>
SUTURE_REJECTED(
    "an edit lacks its operation: write on<...>(...).set(value)", operator|(const Selection<Selector, Ws...>&,
                                                                            const R&));

}  // namespace suture
