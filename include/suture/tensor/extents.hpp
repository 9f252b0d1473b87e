// Extents: the numbers of a layout, as a value. std::mdspan mixes extents of both kinds in the same way: what the type of a
// layout says takes no room, and what it leaves `dynamic` is given once, checked, and carried along.
// Law: whatever is wrong with numbers is refused with one sentence, by the compiler or, if it does not know them, here.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/layout_table.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

namespace suture {

/// The numbers of one component: `{768, 12}`. Without heads, those in its type or, if they are dynamic, one.
struct ComponentExtents {
    Index width = dynamic;
    std::optional<Index> heads{};
};

template <Layout L>
class Extents;

namespace detail {
/// What is taken for the numbers of a component by mistake.
template <class T>
concept NumberOrText = std::is_arithmetic_v<T> || std::convertible_to<const T&, const char*>;

/// Whether the width of an activation tells the numbers of L: one of them is unknown, and it is not a number of heads.
template <class Components>
inline constexpr int unknown_widths = 0;
template <class... Cs>
inline constexpr int unknown_widths<TypeList<Cs...>> = (0 + ... + int(Cs::width == dynamic));
template <class Components>
inline constexpr bool knows_heads = true;
template <class... Cs>
inline constexpr bool knows_heads<TypeList<Cs...>> = !has_dynamic(Cs::heads...);
template <Layout L>
inline constexpr bool is_deducible = knows_heads<components_of<L>>&& unknown_widths<components_of<L>> +
                                         int(groups_of<L> == dynamic) <=
                                     1;

/// The numbers of a layout whose type says them all.
template <Layout L>
struct NumbersOfType {
    static constexpr const LayoutFacts& facts() { return facts_of<L>; }
};
/// The numbers of a layout that were given at run time.
struct GivenNumbers {
    const InternedLayout* layout;
    const LayoutFacts& facts() const { return layout->facts; }
};

/// The index of a component in a layout.
template <class C, class Components>
inline constexpr std::size_t component_index = 0;
template <class C, class... Cs>
inline constexpr std::size_t component_index<C, TypeList<Cs...>> = [] {
    std::size_t at = 0;
    bool found = false;
    ((found = found || std::is_same_v<C, Cs>, at += !found), ...);
    return at;
}();

/// The components of L with these numbers. @throws ShapeError unless there is one for each, as its type says
template <Layout L>
std::vector<ComponentFacts> with_numbers(const ComponentExtents* numbers, std::size_t count) {
    if (count != facts_of<L>.count)
        throw ShapeError(layout_text(facts_of<L>) + " has " + std::to_string(facts_of<L>.count) +
                         " components but numbers were given for " + std::to_string(count) +
                         ": give each its width and heads, in order");
    std::vector<ComponentFacts> components;
    for (const ComponentFacts& of_type : facts_of<L>) {
        const ComponentExtents& given = numbers[components.size()];
        ComponentFacts c = of_type;
        c.width = given.width;
        c.heads = given.heads.value_or(of_type.heads == dynamic ? 1 : of_type.heads);
        if (!may_agree(of_type.width, c.width) || !may_agree(of_type.heads, c.heads))
            throw ShapeError(std::string(c.name) + " was given " + component_text(c) + " but its type says " +
                             component_text(of_type) + ": give the numbers of the type, or make them dynamic");
        components.push_back(c);
    }
    return components;
}

/// Whether facts are those of an activation that L may describe: the same components and, where L knows them, numbers.
template <Layout L>
bool may_have(const LayoutFacts& facts) {
    const LayoutFacts& mine = facts_of<L>;
    bool fits = facts.count == mine.count && may_agree(facts.groups, mine.groups) && may_agree(facts.width, mine.width);
    for (std::size_t i = 0; fits && i < mine.count; ++i) {
        const ComponentFacts &a = facts.components[i], &b = mine.components[i];
        fits = are_one_kind(a, b) && may_agree(a.width, b.width) && may_agree(a.heads, b.heads);
    }
    return fits;
}

/// Component X, or all, of something packed like L with these numbers.
template <class X, Layout L>
constexpr PackedPart packed_in([[maybe_unused]] const LayoutFacts& facts) {
    if constexpr (is_static<L>) {
        return packed_part<L, X>;
    } else if constexpr (std::is_same_v<X, L>) {
        const Index heads = heads_in_group<X> == 0 ? 0 : facts.components[0].heads * facts.groups;
        return {{0, facts.width, 1, facts.width}, heads, axes_of<L>};
    } else {
        constexpr std::size_t index = component_index<X, components_of<L>>;
        const ComponentFacts& c = facts.components[index];
        StridedSlice slice{0, c.width, facts.groups, facts.width / facts.groups};
        for (std::size_t i = 0; i < index; ++i) slice.offset += facts.components[i].width;
        return {slice, c.heads * facts.groups, axes_of<L>};
    }
}
}  // namespace detail

/// The numbers of layout L: the widths and heads of its components, and its groups.
///
///     Extents<Gpt2Qkv<dynamic, dynamic>> extents({{768, 12}, {768, 12}, {768, 12}});   // width and heads, in order
///     Extents<NeoXQkv<dynamic, dynamic>> grouped({{64}, {64}, {64}}, 12);              // of one group, and the groups
///     Extents<Resid<dynamic>> stream(768);                                             // of a component alone
///     extents.offset<K>() == 768;
///
/// If the type says all numbers, an Extents is empty and needs none. Numbers are checked once, when they are given, with
/// the sentences of the compiler. Two Extents are equal if their components, numbers and groups are.
template <Layout L>
class [[nodiscard("these are the numbers of a layout: give them to borrow, or to a site")]] Extents {
public:
    using layout = L;

    /// The numbers in the type.
    constexpr Extents() requires detail::is_static<L>
    = default;
    /// The width and heads of each component, in the order of the layout, and the groups, if they are dynamic.
    /// @throws ShapeError if a number is not positive, contradicts the type or does not divide, or if the widths do not sum
    ///         to that of the layout
    explicit Extents(std::initializer_list<ComponentExtents> components, std::optional<Index> groups = {})
        : Extents(detail::with_numbers<L>(components.begin(), components.size()), groups) {}
    explicit Extents(const std::vector<ComponentExtents>& components, std::optional<Index> groups = {})
        : Extents(detail::with_numbers<L>(components.data(), components.size()), groups) {}
    /// The width and the heads of a component alone.
    explicit Extents(Index width, std::optional<Index> heads = {}) requires Component<detail::unordered<L>>
        : Extents(std::initializer_list<ComponentExtents>{{width, heads}}) {}
    // Numbers without braces. Not declared as a refusal, because a constructor that is a template has no other way to say a
    // sentence with Clang.
    template <class... Given>
        requires((detail::NumberOrText<Given> && ...) && !(detail::is_static<L> && sizeof...(Given) == 0) &&
                 !(Component<detail::unordered<L>> && sizeof...(Given) > 0 && (Integer<Given> && ...)))
    explicit Extents(const Given&...) {
        static_assert(detail::is_static<L> && sizeof...(Given) == 0,
                      "numbers stand in braces for each component: write extents({{768, 12}, ...})");
    }
    /// The numbers of another layout of the same components in the same order, for example of a site.
    /// @throws TypeError if the components or their numbers are others than the type says
    template <std::same_as<LayoutFacts> Facts>
    explicit Extents(const Facts& facts) : numbers_(of_facts(facts)) {}
    /// @throws TypeError as for facts
    template <Layout M>
        requires(!std::is_same_v<M, L> && detail::can_be_same<M, L>)
    explicit Extents(const Extents<M>& other) : Extents(other.facts()) {}

    /// The numbers of a layout for activations of this width, if that tells them: one number of the type is dynamic, and it
    /// is not a number of heads.
    /// @throws ShapeError if no number fits
    static Extents of_width(Index width) requires detail::is_deducible<L> {
        if constexpr (detail::is_static<L>) {
            if (width != L::width) throw_width(width);
            return {};
        } else {
            std::vector<ComponentFacts> components(facts_of<L>.begin(), facts_of<L>.end());
            Index groups = detail::groups_of<L>, known = 0;
            for (const ComponentFacts& c : components)
                if (c.width != dynamic) known += c.width;
            if (groups == dynamic) groups = width / known;
            for (ComponentFacts& c : components)
                if (c.width == dynamic) c.width = width / groups - known;
            const bool fits = groups >= 1 && width % groups == 0 && detail::may_agree(L::width, width);
            const bool is_wide_enough =
                std::all_of(components.begin(), components.end(), [](const ComponentFacts& c) { return c.width >= 1; });
            if (!fits || !is_wide_enough) throw_width(width);
            detail::check_numbers(components, groups, width);
            return Extents(stored(components, groups));
        }
    }

    /// The channels of an activation.
    constexpr Index width() const { return facts().width; }
    constexpr Index groups() const { return facts().groups; }
    /// Where a component lies, named by its type or by its family; all channels for L itself.
    template <class C>
        requires(detail::Resolution<detail::Exactly<C>, L>::why == detail::Fault::none)
    constexpr StridedSlice slice() const { return packed<detail::Exactly<C>>().where; }
    template <template <Index, Index> class Family>
        requires(detail::Resolution<detail::FamilyOf<Family>, L>::why == detail::Fault::none)
    constexpr StridedSlice slice() const { return packed<detail::FamilyOf<Family>>().where; }
    /// Its first channel, in its first group.
    template <class C>
        requires(detail::Resolution<detail::Exactly<C>, L>::why == detail::Fault::none)
    constexpr Index offset() const { return slice<C>().offset; }
    template <template <Index, Index> class Family>
        requires(detail::Resolution<detail::FamilyOf<Family>, L>::why == detail::Fault::none)
    constexpr Index offset() const { return slice<Family>().offset; }
    /// Its heads over all groups.
    template <class C>
        requires(detail::Resolution<detail::Exactly<C>, L>::why == detail::Fault::none)
    constexpr Index heads() const { return packed<detail::Exactly<C>>().heads; }
    template <template <Index, Index> class Family>
        requires(detail::Resolution<detail::FamilyOf<Family>, L>::why == detail::Fault::none)
    constexpr Index heads() const { return packed<detail::FamilyOf<Family>>().heads; }

    /// The layout as a value, with these numbers; it lives as long as the program.
    constexpr const LayoutFacts& facts() const { return numbers_.facts(); }

    /// The numbers of what a tensor of component C is packed like, or of L itself.
    template <class C>
    Extents<part_of<L, C>> of_part() const {
        using Part = part_of<L, C>;
        if constexpr (detail::is_static<Part>)
            return {};
        else if constexpr (std::is_same_v<Part, L>)
            return *this;
        else
            return Extents<Part>(*numbers_.layout->parts[detail::component_index<C, detail::components_of<L>>]);
    }

    template <Layout M>
    bool operator==(const Extents<M>& other) const {
        return detail::are_same_numbers(facts(), other.facts());
    }
    /// "Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>"
    friend std::ostream& operator<<(std::ostream& out, const Extents& extents) {
        return out << layout_text(extents.facts());
    }

private:
    template <Layout>
    friend class Extents;
    using Numbers = std::conditional_t<detail::is_static<L>, detail::NumbersOfType<L>, detail::GivenNumbers>;

    explicit Extents(const detail::InternedLayout& interned) requires(!detail::is_static<L>) : numbers_{&interned} {}
    explicit Extents(Numbers numbers) requires(!detail::is_static<L>) : numbers_(numbers) {}
    Extents(const std::vector<ComponentFacts>& components, std::optional<Index> groups)
        : numbers_(checked(components, groups)) {}

    static Numbers stored(const std::vector<ComponentFacts>& components, Index groups) {
        if constexpr (detail::is_static<L>)
            return {};
        else
            return {&detail::LayoutTable::at(components, groups, Component<detail::unordered<L>>, detail::axes_of<L>)};
    }
    static Numbers checked(const std::vector<ComponentFacts>& components, std::optional<Index> given) {
        constexpr Index of_type = detail::groups_of<L>;
        if (!given && of_type == dynamic)
            throw ShapeError(layout_text(facts_of<L>) +
                             " has a number of groups, which was not given: give it after the components, as in "
                             "{{64}, {64}, {64}}, 12");
        const Index groups = given.value_or(of_type);
        detail::check_numbers(components, groups, L::width);
        if (!detail::may_agree(groups, of_type))
            throw ShapeError(layout_text(facts_of<L>) + " was given " + std::to_string(groups) +
                             " groups: give the number in its type, or make it dynamic");
        return stored(components, groups);
    }
    static Numbers of_facts(const LayoutFacts& facts) {
        if (!detail::may_have<L>(facts))
            throw TypeError("these are the numbers of " + layout_text(facts) + ", not of " + layout_text(facts_of<L>) +
                            ": give those of the same components in the same order");
        std::vector<ComponentFacts> components(facts.begin(), facts.end());
        detail::check_numbers(components, facts.groups, facts.width);
        return stored(components, facts.groups);
    }
    [[noreturn]] static void throw_width(Index width) {
        throw ShapeError(layout_text(facts_of<L>) + " cannot be " + std::to_string(width) +
                         " channels wide: pass the activation that this layout describes");
    }

    template <class Selector>
    constexpr detail::PackedPart packed() const {
        return detail::packed_in<typename detail::Resolution<Selector, L>::type, L>(facts());
    }

    [[no_unique_address]] Numbers numbers_;
};

namespace detail {
/// All channels of something packed like X with these numbers.
template <Layout X>
constexpr StridedSlice whole_slice([[maybe_unused]] const Extents<X>& extents) {
    if constexpr (is_static<X>)
        return slice_in<X, X>;
    else
        return {0, extents.width(), 1, extents.width()};
}

/// The same numbers for another layout of these components. @throws TypeError if its type says others
template <Layout X, Layout Y>
Extents<X> same_extents(const Extents<Y>& extents) {
    if constexpr (std::is_same_v<X, Y>)
        return extents;
    else
        return Extents<X>(extents);
}

/// @throws TypeError unless two activations of these layouts are packed alike; `what` begins the message
inline void check_agree(const LayoutFacts& a, const LayoutFacts& b, const char* what) {
    if (&a != &b && !are_same_numbers(a, b))
        throw TypeError(std::string(what) + " are packed as " + layout_text(a) + " and " + layout_text(b) +
                        ": use activations of one layout, or read() to combine their values");
}

/// The numbers with which an activation packed like X is met: those that are known or, for a layout whose width tells
/// them, those that the activation shows.
template <Layout X>
class KnownExtents {
public:
    KnownExtents() = default;  ///< not known, or in the type
    KnownExtents(const Extents<X>& extents) {
        if constexpr (!is_static<X>) extents_ = extents;
    }

    bool is_known() const {
        if constexpr (is_static<X>)
            return true;
        else
            return extents_.has_value();
    }
    /// @pre they are known
    Extents<X> get() const {
        if constexpr (is_static<X>)
            return {};
        else
            return *extents_;
    }

private:
    struct Nothing {};
    [[no_unique_address]] std::conditional_t<is_static<X>, Nothing, std::optional<Extents<X>>> extents_;
};
}  // namespace detail

}  // namespace suture
