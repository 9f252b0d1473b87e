// The dynamic twin of a layout: the same families with numbers that only run time knows. What suture does with an
// activation must not depend on which of the two describes it.
#pragma once

#include "suture/tensor/extents.hpp"

#include "laws/layouts.hpp"

#include <type_traits>

namespace laws {

namespace detail {
/// A component without a family keeps its numbers, and so do two of one family, which would be one type.
template <class C, class Components>
struct component_twin {
    using type = C;
};
template <template <Index, Index> class Family, Index Width, Index Heads, class... Cs>
    requires((0 + ... + int(suture::detail::matches<suture::detail::FamilyOf<Family>, Cs>)) == 1)
struct component_twin<Family<Width, Heads>, suture::detail::TypeList<Cs...>> {
    using type = Family<dynamic, dynamic>;
};

template <class L, class Components = suture::detail::components_of<L>>
struct layout_twin;
template <class L, class... Cs>
struct layout_twin<L, suture::detail::TypeList<Cs...>> {
    template <class C>
    using twin_in = typename component_twin<C, suture::detail::TypeList<Cs...>>::type;
    static auto make() {
        if constexpr (Component<L>)
            return std::type_identity<twin_in<L>>{};
        else if constexpr (suture::detail::groups_of<L> == 1)
            return std::type_identity<Fused<dynamic, twin_in<Cs>...>>{};
        else
            return std::type_identity<Grouped<dynamic, twin_in<Cs>...>>{};
    }
    using type = typename decltype(make())::type;
};
}  // namespace detail

template <Layout L>
using twin = typename detail::layout_twin<L>::type;

/// The numbers of L, as a program that read them from a file would give them.
template <Layout L>
Extents<twin<L>> twin_extents() {
    std::vector<ComponentExtents> numbers;
    for (const ComponentFacts& c : facts_of<L>) numbers.push_back({c.width, c.heads});
    return Extents<twin<L>>(numbers, suture::detail::groups_of<L>);
}

}  // namespace laws
