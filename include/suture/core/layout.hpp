// Layouts: how components are packed on the last axis of an activation. Offsets are derived from the widths and never
// written down: `offset<Qkv, K<768>>` is the sum of the widths before K.
// Law: the slices of a layout's components partition its channels (they are disjoint and cover them).
#pragma once

#include "suture/core/axes.hpp"
#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/core/strided_slice.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <typeinfo>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
template <class... Ts>
struct TypeList {
    static constexpr std::size_t size = sizeof...(Ts);
};

/// How often T stands in the pack.
template <class T, class... Ts>
inline constexpr int count_of = (0 + ... + int(std::is_same_v<T, Ts>));

/// Whether no type stands in the pack twice.
template <class... Ts>
inline constexpr bool all_distinct = ((count_of<Ts, Ts...> == 1) && ...);
}  // namespace detail

namespace detail {
/// The numbers of a layout under other names. A base without template parameters, which is read once.
struct NumbersOfLayouts {
    template <class...>
    static SUTURE_REJECTED("a layout has a width: write Qkv::width", size(...));
    template <class...>
    static SUTURE_REJECTED("a component lies at an offset: write offset<Qkv, K<768>>", offset(...));
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    static SUTURE_REJECTED("a component lies at an offset: write offset<Qkv, K<768>>", offset(...));
    SUTURE_ABSENT("a layout has a width: write Qkv::width", shape);
    SUTURE_ABSENT("a layout has a width: write Qkv::width", d_model);
    SUTURE_ABSENT("heads belong to a component: write Q<768, 12>::heads", n_heads);
    SUTURE_ABSENT("heads belong to a component: write Q<768, 12>::heads", num_heads);
    SUTURE_ABSENT("heads belong to a component: write Q<768, 12>::heads", d_head);
};
}  // namespace detail

/// Components side by side: GPT-2's `c_attn` is `Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>`.
/// The width is written out so that the compiler can check the sum against the model's. With dynamic numbers the sum is
/// checked when the layout is bound.
template <Index Width, class... Cs>
struct Fused : detail::NumbersOfLayouts {
    static_assert(sizeof...(Cs) > 0, "a layout without components: list those that the last axis is packed from");
    static_assert((detail::Named<Cs> && ...), "a component has no name: give it a static constexpr const char* name");
    static_assert((Component<Cs> && ...), "a layout holds components only: derive each from ComponentBase<width>");
    static_assert(detail::all_distinct<Cs...>, "a component stands twice: derive a component of its own for each");
    static_assert(detail::SameNumber<detail::SumOfWidths<detail::sum_of(Cs::width...)>, detail::FusedWidth<Width>>,
                  SUTURE_OTHER_SUM);
    // A dynamic width is at least one channel.
    static_assert(detail::AtMost<detail::SumOfWidths<(Index{0} + ... + (Cs::width == dynamic ? 1 : Cs::width))>,
                                 detail::FusedWidth<Width>>,
                  SUTURE_OTHER_SUM);
    using components = detail::TypeList<Cs...>;
    static constexpr Index width = Width == dynamic ? detail::sum_of(Cs::width...) : Width;
    static constexpr Index groups = 1;
    static constexpr Index period = width;

    constexpr Fused() = default;
    // A layout is given a tensor as if it were an activation.
    template <class... Given>
        requires(sizeof...(Given) > 0)
    constexpr explicit Fused(const Given&...) {
        static_assert(sizeof...(Given) == 0, "a layout is a type without values: write borrow<Qkv>(tensor)");
    }
};

/// The same components in every group, group after group: GPT-NeoX's `query_key_value` is
/// `Grouped<12, Q<64>, K<64>, V<64>>`, with one group per head. Widths are those of one group.
template <Index Groups, class... Cs>
struct Grouped : detail::NumbersOfLayouts {
    static_assert(sizeof...(Cs) > 0, "a layout without components: list those that each group is packed from");
    static_assert((detail::Named<Cs> && ...), "a component has no name: give it a static constexpr const char* name");
    static_assert((Component<Cs> && ...), "a layout holds components only: derive each from ComponentBase<width>");
    static_assert(detail::all_distinct<Cs...>, "a component stands twice: derive a component of its own for each");
    static_assert(detail::Positive<detail::GroupCount<Groups>>, SUTURE_NO_GROUPS);
    using components = detail::TypeList<Cs...>;
    static constexpr Index groups = Groups;
    static constexpr Index period = detail::sum_of(Cs::width...);
    static constexpr Index width = detail::product_of(Groups, period);

    constexpr Grouped() = default;
    // A layout is given a tensor as if it were an activation.
    template <class... Given>
        requires(sizeof...(Given) > 0)
    constexpr explicit Grouped(const Given&...) {
        static_assert(sizeof...(Given) == 0, "a layout is a type without values: write borrow<Qkv>(tensor)");
    }
};

// Without a list, for the sentences of the layouts themselves.
template <class... Given>
Fused(Given...) -> Fused<0>;
template <class... Given>
Grouped(Given...) -> Grouped<0>;

namespace detail {
/// How a layout is packed: its components, and their groups. A component alone is packed as itself.
template <class L>
struct Packing;
template <class L>
    requires requires {
        typename L::components;
        { L::width } -> std::convertible_to<Index>;
        { L::groups } -> std::convertible_to<Index>;
        { L::period } -> std::convertible_to<Index>;
    }
struct Packing<L> {
    using components = typename L::components;
    static constexpr Index groups = L::groups, period = L::period, width = L::width;
};
template <Component C>
struct Packing<C> {
    using components = TypeList<C>;
    static constexpr Index groups = 1, period = C::width, width = C::width;
};

/// The widths of the components, in groups, are those of the channels, as far as they are known: the slices partition
/// them.
template <class Components, Index Groups, Index Period, Index Width>
inline constexpr bool partitions = false;
template <Component... Cs, Index Groups, Index Period, Index Width>
inline constexpr bool partitions<TypeList<Cs...>, Groups, Period, Width> = sizeof...(Cs) > 0 && all_distinct<Cs...> &&
                                                                           (Groups >= 1 || Groups == dynamic) &&
                                                                           may_agree(sum_of(Cs::width...), Period) &&
                                                                           may_agree(product_of(Groups, Period), Width);
}  // namespace detail

/// A layout: `Fused<...>` or `Grouped<...>`, a struct derived from one to give it a name of its own, or one component
/// alone: the residual stream is `Resid<768>`.
template <class L>
concept Layout = requires {
    typename detail::Packing<L>::components;
}
&&detail::partitions<typename detail::Packing<L>::components, detail::Packing<L>::groups, detail::Packing<L>::period,
                     detail::Packing<L>::width>;

namespace detail {
template <class L>
inline constexpr bool is_ordered = requires {
    typename L::unordered;
    { L::axes } -> std::convertible_to<AxisOrder>;
};

/// The order of the axes before the channels.
template <class L>
inline constexpr AxisOrder axes_of{};
template <class L>
    requires(is_ordered<L>)
inline constexpr AxisOrder axes_of<L> = L::axes;

template <class L>
struct Unordered {
    using type = L;
};
template <class L>
    requires(is_ordered<L>)
struct Unordered<L> {
    using type = typename L::unordered;
};
/// The layout without the order of its axes.
template <class L>
using unordered = typename Unordered<L>::type;

/// X with the axes of L.
template <class L, class X>
struct OrderedLike {
    using type = X;
};
template <class L, class X>
    requires(is_ordered<L>)
struct OrderedLike<L, X> {
    using type = typename L::template ordered<X>;
};

/// Whether a component of L has, or may get, several heads in its channels.
template <Layout L>
inline constexpr bool has_heads_in_channels = []<class... Cs>(TypeList<Cs...>) {
    return ((product_of(Packing<L>::groups, Cs::heads) != 1) || ...);
}(typename Packing<L>::components{});

/// Whether the axes of L can be named so: the predicate twin of the assertions in `Ordered`.
template <class L, Axis... Axes>
consteval bool can_be_ordered() {
    if constexpr (!Layout<L> || is_ordered<L> || sizeof...(Axes) == 0)
        return false;
    else
        return distinct_axes<Axes...> && !(order_of<Axes...>.head >= 0 && has_heads_in_channels<L>);
}
}  // namespace detail

/// A layout whose activations have these axes before the channels, outermost first, and no others:
///
///     Ordered<Gpt2Qkv<768, 12>, Axis::token, Axis::batch>         // sequence first: [token, batch, 2304]
///     Ordered<Resid<768>, Axis::token>                            // no batch: [token, 768]
///     Ordered<Q<64>, Axis::batch, Axis::head, Axis::token>        // after the split into heads: [batch, head, token, 64]
///     Ordered<Resid<768>, Axis::batch, Axis::other, Axis::token>  // an axis that no selector addresses
///
/// `token(1)` then means the token, wherever its axis stands; `head(h)` selects along Axis::head, where the components
/// have one head each. Nothing is permuted or copied: shapes are those of the tensor. A part of such a layout has the
/// same axes: `part_of<Ordered<L, As...>, C>` is `Ordered<part_of<L, C>, As...>`.
template <class L, Axis... Axes>
struct Ordered {
    static_assert(Layout<L>, "an Ordered is made of a layout: name a component, a Fused or a Grouped first");
    static_assert(!detail::is_ordered<L>, "an Ordered of an Ordered: name all axes in one");
    static_assert(sizeof...(Axes) > 0, "an Ordered without axes: name those before the channels, outermost first");
    static_assert(detail::distinct_axes<Axes...>, "an axis stands twice: name each once, and others Axis::other");
    static_assert(detail::order_of<Axes...>.head < 0 || !detail::has_heads_in_channels<L>,
                  "the heads are an axis and in the channels as well: give each component one head");
    using unordered = L;
    /// Another layout with the same axes.
    template <class X>
    using ordered = Ordered<X, Axes...>;
    using components = typename detail::Packing<L>::components;
    static constexpr Index width = detail::Packing<L>::width;
    static constexpr Index groups = detail::Packing<L>::groups;
    static constexpr Index period = detail::Packing<L>::period;
    static constexpr detail::AxisOrder axes = detail::order_of<Axes...>;
};

namespace detail {
template <Layout L>
using components_of = typename Packing<L>::components;
template <Layout L>
inline constexpr Index groups_of = Packing<L>::groups;
template <Layout L>
inline constexpr Index period_of = Packing<L>::period;

/// Whether the types of these components say all of their numbers.
template <class Components>
inline constexpr bool has_static_numbers = false;
template <class... Cs>
inline constexpr bool has_static_numbers<TypeList<Cs...>> = !has_dynamic(Cs::width..., Cs::heads...);
/// Whether the type of L says all of its numbers. Where it does not, @see Extents.
template <Layout L>
inline constexpr bool is_static =
    has_static_numbers<components_of<L>> && !has_dynamic(L::width, groups_of<L>, period_of<L>);

/// What a component is, whatever its numbers: its family or, without one, its type.
template <class C>
struct IdentityOf {
    using type = C;
};

template <class A, class B>
inline constexpr bool is_same_kind = std::is_same_v<A, B>;
template <class As, class Bs>
inline constexpr bool are_same_kinds = false;
template <class... As, class... Bs>
    requires(sizeof...(As) == sizeof...(Bs))
inline constexpr bool are_same_kinds<TypeList<As...>, TypeList<Bs...>> = (is_same_kind<As, Bs> && ...);
/// A component of one type can have the numbers of the other: they are of one family, and their numbers agree as far as
/// they are known.
template <template <Index, Index> class Family, Index WidthA, Index HeadsA, Index WidthB, Index HeadsB>
inline constexpr bool is_same_kind<Family<WidthA, HeadsA>, Family<WidthB, HeadsB>> = may_agree(WidthA, WidthB) &&
                                                                                     may_agree(HeadsA, HeadsB);

/// Whether an activation can be packed like both: they are one type or, if one has dynamic numbers, have the same
/// components in the same order and may get the same numbers.
template <class A, class B>
inline constexpr bool can_be_same = false;
template <Layout A, Layout B>
inline constexpr bool can_be_same<A, B> = [] {
    if constexpr (std::is_same_v<A, B>)
        return true;
    else if constexpr (is_static<A> && is_static<B>)
        return false;
    else
        return axes_of<A> == axes_of<B> && are_same_kinds<components_of<A>, components_of<B>> &&
               may_agree(groups_of<A>, groups_of<B>) && may_agree(A::width, B::width) &&
               (Component<unordered<A>> == Component<unordered<B>> || has_dynamic(groups_of<A>, groups_of<B>));
}();

/// The number, which has to be known to the compiler.
template <Layout L>
consteval Index known(Index number) {
    static_assert(is_static<L>, "this layout gets its numbers at run time: ask its Extents for slices and offsets");
    return number;
}

template <class C, class Components>
struct FindComponent;
template <class C, class... Cs>
struct FindComponent<C, TypeList<Cs...>> {
    static constexpr int count = count_of<C, Cs...>;
    static constexpr Index offset = [] {
        Index before = 0;
        bool found = false;
        ((found = found || std::is_same_v<C, Cs>, before += found ? 0 : Cs::width), ...);
        return before;
    }();
};
}  // namespace detail

/// C is one of the components of L.
template <class C, class L>
concept ComponentOf = Component<C> && Layout<L> && detail::FindComponent<C, detail::components_of<L>>::count == 1;

namespace detail {
/// Not constrained: a variable template has no other way to say a sentence. The predicate twin is ComponentOf.
template <class L, class C>
consteval StridedSlice find_slice() {
    static_assert(Layout<L> && !std::is_void_v<C>, "a layout comes first, then a component: write offset<Qkv, K<768>>");
    if constexpr (Layout<L> && !std::is_void_v<C>) {
        static_assert(ComponentOf<C, L>, "an offset is that of a component: name one that the layout has");
        if constexpr (ComponentOf<C, L>)
            return {known<L>(FindComponent<C, components_of<L>>::offset), C::width, groups_of<L>, period_of<L>};
    }
    return {};
}
}  // namespace detail

/// Where component C lies in layout L.
template <class L, class C = void>
inline constexpr StridedSlice slice_of = detail::find_slice<L, C>();

/// The first channel of component C in layout L (in its first group).
template <class L, class C = void>
inline constexpr Index offset = slice_of<L, C>.offset;

/// The slices of all components of L, in order.
template <Layout L>
inline constexpr auto slices_of = []<class... Cs>(detail::TypeList<Cs...>) {
    return std::array<StridedSlice, sizeof...(Cs)>{slice_of<L, Cs>...};
}(detail::components_of<L>{});

/// A component as a value, for messages and drawings.
struct ComponentFacts {
    const char* name = "";
    Index width = 0, heads = 1;
    const std::type_info* identity = nullptr;  ///< its family or, without one, its type
};

/// A layout as a value: its components, without the types.
struct LayoutFacts {
    Index width = 0, groups = 1;
    const ComponentFacts* components = nullptr;
    std::size_t count = 0;
    bool is_component = false;    ///< a component alone
    detail::AxisOrder axes = {};  ///< of the axes before the channels
    constexpr const ComponentFacts* begin() const { return components; }
    constexpr const ComponentFacts* end() const { return components + count; }
};

namespace detail {
template <class Components>
inline constexpr int component_table = 0;
template <class... Cs>
inline constexpr std::array<ComponentFacts, sizeof...(Cs)> component_table<TypeList<Cs...>>{
    ComponentFacts{Cs::name, Cs::width, Cs::heads, &typeid(typename IdentityOf<Cs>::type)}...};
}  // namespace detail

/// The facts of layout L, as far as its type says them.
template <Layout L>
inline constexpr LayoutFacts facts_of{L::width,
                                      detail::groups_of<L>,
                                      detail::component_table<detail::components_of<L>>.data(),
                                      detail::components_of<L>::size,
                                      Component<detail::unordered<L>>,
                                      detail::axes_of<L>};

namespace detail {
// How a place names a component: in full, by its family where only one component is of it, or as the whole layout.

/// The component `C`, or, if `C` is a layout, all of it.
template <class C>
struct Exactly {};
/// The only component of a layout that is a `Family<width, heads>`.
template <template <Index, Index> class Family>
struct FamilyOf {};

template <template <Index, Index> class Family, Index Width, Index Heads>
struct IdentityOf<Family<Width, Heads>> {
    using type = FamilyOf<Family>;
};

template <class Selector, class C>
inline constexpr bool matches = false;
/// A component may be named with its numbers where they are dynamic: they are compared at run time.
template <class C, class D>
inline constexpr bool matches<Exactly<C>, D> = is_same_kind<C, D>;
template <template <Index, Index> class Family, Index Width, Index Heads>
inline constexpr bool matches<FamilyOf<Family>, Family<Width, Heads>> = true;

template <class Selector, class Components>
struct SelectionIn;
template <class Selector>
struct SelectionIn<Selector, TypeList<>> {
    static constexpr int count = 0;
    using type = void;
};
template <class Selector, class First, class... Rest>
struct SelectionIn<Selector, TypeList<First, Rest...>> {
    using rest = SelectionIn<Selector, TypeList<Rest...>>;
    static constexpr int count = rest::count + int(matches<Selector, First>);
    using type = std::conditional_t<matches<Selector, First>, First, typename rest::type>;
};

/// The component of L that the selector names, or L itself; `why` says what is wrong if there is none.
template <class Selector, Layout L>
struct Resolution : SelectionIn<Selector, components_of<L>> {
    using base = SelectionIn<Selector, components_of<L>>;
    static constexpr Fault why = base::count == 1  ? Fault::none
                                 : base::count > 1 ? Fault::ambiguous_family
                                                   : Fault::lacks_component;
};
template <Layout L>
struct Resolution<Exactly<L>, L> {
    using type = L;
    static constexpr Fault why = Fault::none;
};
/// M names all of L with its numbers. A component that L might consist of alone, in groups, is meant as a component.
template <class M, class L>
inline constexpr bool names_whole = !std::is_same_v<M, L> && can_be_same<M, L> && Component<M> == Component<L>;
/// `on<Qkv>()` means all channels in a layout that names the axes of a Qkv as well.
template <class M, Layout L>
    requires(is_ordered<L> && !is_ordered<M>)
inline constexpr bool names_whole<M, L> = can_be_same<M, unordered<L>> && !Component<M>;
template <class M, Layout L>
    requires names_whole<M, L>
struct Resolution<Exactly<M>, L> {
    using type = L;
    static constexpr Fault why = Fault::none;
};
/// Of several that could have these numbers, the one whose type has them.
template <Component C, Layout L>
    requires(!std::is_same_v<C, L> && !names_whole<C, L> && FindComponent<C, components_of<L>>::count == 1)
struct Resolution<Exactly<C>, L> {
    using type = C;
    static constexpr Fault why = Fault::none;
};

/// Where something packed like L keeps X: the slice of a component, or all channels if X is L itself.
template <Layout L, class X>
inline constexpr StridedSlice slice_in = slice_of<L, X>;
template <Layout L>
inline constexpr StridedSlice slice_in<L, L>{0, known<L>(L::width), 1, L::width};

/// The number of heads that X, a component of L or L itself, has in one group; 0 if it has none.
template <class X>
inline constexpr Index heads_in_group = 0;
template <Component C>
inline constexpr Index heads_in_group<C> = C::heads;
/// A component in groups: what a View of it is packed like.
template <Index Groups, Component C>
inline constexpr Index heads_in_group<Grouped<Groups, C>> = C::heads;
template <Layout L>
    requires(is_ordered<L>)
inline constexpr Index heads_in_group<L> = heads_in_group<unordered<L>>;

template <class X, Index Groups>
struct PartIn {
    using type = X;
};
template <Component C, Index Groups>
    requires(Groups > 1 || Groups == dynamic)
struct PartIn<C, Groups> {
    using type = Grouped<Groups, C>;
};
/// A component of L, or L itself, with the axes of L.
template <class L, class C>
struct PartType {
    using type = typename OrderedLike<L, typename PartIn<C, groups_of<L>>::type>::type;
};
template <class L>
struct PartType<L, L> {
    using type = L;
};
}  // namespace detail

/// What a tensor of component C, taken out of layout L, is packed like: C itself, or `Grouped<12, C>` where L repeats it
/// in 12 groups; with the axes of L, where L names them. C may be L.
template <Layout L, class C>
    requires(detail::Resolution<detail::Exactly<C>, L>::why == detail::Fault::none)
using part_of = typename detail::PartType<L, C>::type;

/// The same by the component's family: `part<NeoX, Q>` is `Grouped<12, Q<64>>`, `part<Gpt2, Q>` is `Q<768, 12>`.
template <Layout L, template <Index, Index> class Family>
    requires(detail::Resolution<detail::FamilyOf<Family>, L>::why == detail::Fault::none)
using part = part_of<L, typename detail::Resolution<detail::FamilyOf<Family>, L>::type>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
