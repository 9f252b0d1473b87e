// Layouts: deriving offsets, finding components, and the facts as values.
#include <suture/core/layout.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>

namespace {

using namespace suture;
using namespace suture::detail;

using Plain = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;
using PerHead = Grouped<12, Q<64>, K<64>, V<64>>;
using GroupedQuery = Grouped<8, Q<1024, 16>, K<64>, V<64>>;
using TwoQueries = Fused<12, Q<8, 2>, Q<4>>;

struct OwnQkv : Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>> {};

struct Router : ComponentBase<5> {
    static constexpr const char* name = "Router";
};
using Routed = Fused<9, Q<4>, Router>;

/// Layouts without Fused or Grouped.
template <Index Width, Index Groups, Index Period, class... Cs>
struct Written {
    using components = TypeList<Cs...>;
    static constexpr Index width = Width, groups = Groups, period = Period;
};
using ByHand = Written<18, 3, 6, Q<4>, K<2>>;
using TooWide = Written<19, 3, 6, Q<4>, K<2>>;
using WrongPeriod = Written<15, 3, 5, Q<4>, K<2>>;
using Doubled = Written<12, 3, 4, K<2>, K<2>>;
using NoGroups = Written<0, 0, 6, Q<4>, K<2>>;
using Empty = Written<0, 1, 0>;

template <class Selector, class L>
using chosen = typename detail::Resolution<Selector, L>::type;
template <class Selector, class L>
inline constexpr Fault why = detail::Resolution<Selector, L>::why;

template <class L, class C>
concept has_part = requires {
    typename part_of<L, C>;
};
template <class L, template <Index, Index> class Family>
concept has_family = requires {
    typename part<L, Family>;
};

}  // namespace

TEST_CASE("in a fused layout each component begins where the previous one ends") {
    CHECK(offset<Plain, Q<768, 12>> == 0);
    CHECK(offset<Plain, K<768, 12>> == 768);
    CHECK(offset<Plain, V<768, 12>> == 1536);
    CHECK(Plain::width == 2304);
    CHECK(Plain::groups == 1);
    CHECK(Plain::period == 2304);
}

TEST_CASE("in a grouped layout every group holds every component") {
    CHECK(PerHead::width == 2304);
    CHECK(PerHead::groups == 12);
    CHECK(PerHead::period == 192);
    CHECK(slice_of<PerHead, Q<64>> == StridedSlice{0, 64, 12, 192});
    CHECK(slice_of<PerHead, K<64>> == StridedSlice{64, 64, 12, 192});
    CHECK(slice_of<PerHead, V<64>> == StridedSlice{128, 64, 12, 192});
}

TEST_CASE("heads are counted over all groups") {
    CHECK(heads_in_group<Q<768, 12>> * slice_in<Plain, Q<768, 12>>.groups == 12);
    CHECK(heads_in_group<Q<64>> * slice_in<PerHead, Q<64>>.groups == 12);
    CHECK(heads_in_group<Q<1024, 16>> * slice_in<GroupedQuery, Q<1024, 16>>.groups == 128);
    CHECK(heads_in_group<K<64>> * slice_in<GroupedQuery, K<64>>.groups == 8);
    CHECK(heads_in_group<Plain> == 0);
    CHECK(heads_in_group<Grouped<12, Q<64>>> == 1);
}

TEST_CASE("the slices of a layout are in its order") {
    CHECK(slices_of<Plain> ==
          std::array{StridedSlice{0, 768, 1, 2304}, StridedSlice{768, 768, 1, 2304}, StridedSlice{1536, 768, 1, 2304}});
    CHECK(slices_of<GroupedQuery> ==
          std::array{StridedSlice{0, 1024, 8, 1152}, StridedSlice{1024, 64, 8, 1152}, StridedSlice{1088, 64, 8, 1152}});
}

TEST_CASE("a layout has a component if it lists exactly that one") {
    CHECK(ComponentOf<K<768, 12>, Plain>);
    CHECK_FALSE(ComponentOf<K<768>, Plain>);
    CHECK_FALSE(ComponentOf<K<64>, Plain>);
    CHECK_FALSE(ComponentOf<Gate<768, 12>, Plain>);
    CHECK_FALSE(ComponentOf<Plain, Plain>);
}

TEST_CASE("a component alone is a layout with that component alone") {
    CHECK(Layout<Resid<768>>);
    CHECK(ComponentOf<Resid<768>, Resid<768>>);
    CHECK_FALSE(ComponentOf<Resid<768, 12>, Resid<768>>);
    CHECK(std::same_as<components_of<Resid<768>>, TypeList<Resid<768>>>);
    CHECK(groups_of<Resid<768>> == 1);
    CHECK(period_of<Resid<768>> == 768);
    CHECK(slice_of<Resid<768>, Resid<768>> == StridedSlice{0, 768, 1, 768});
    CHECK(slices_of<Resid<768>> == std::array{StridedSlice{0, 768, 1, 768}});
    CHECK(offset<Resid<768>, Resid<768>> == 0);
    constexpr LayoutFacts facts = facts_of<Resid<768>>;
    CHECK(facts.is_component);
    CHECK_FALSE(facts_of<Plain>.is_component);
    CHECK_FALSE(facts_of<Fused<768, Resid<768>>>.is_component);
    CHECK(facts.width == 768);
    CHECK(facts.groups == 1);
    REQUIRE(facts.count == 1);
    CHECK(std::string(facts.components[0].name) == "Resid");
}

TEST_CASE("a component alone is found by its name, by its family, and as the layout that it is") {
    CHECK(std::same_as<chosen<Exactly<Resid<768>>, Resid<768>>, Resid<768>>);
    CHECK(std::same_as<chosen<FamilyOf<Resid>, Resid<768>>, Resid<768>>);
    CHECK(why<Exactly<Resid<768>>, Resid<768>> == Fault::none);
    CHECK(why<Exactly<Resid<64>>, Resid<768>> == Fault::lacks_component);
    CHECK(why<FamilyOf<Mlp>, Resid<768>> == Fault::lacks_component);
}

TEST_CASE("a layout can be given a name of its own") {
    CHECK(Layout<OwnQkv>);
    CHECK(offset<OwnQkv, V<768, 12>> == 1536);
    CHECK(slice_of<OwnQkv, V<768, 12>> == StridedSlice{1536, 768, 1, 2304});
}

TEST_CASE("layouts and components are told apart") {
    CHECK(Layout<Plain>);
    CHECK(Layout<PerHead>);
    CHECK(Layout<Q<768, 12>>);
    CHECK_FALSE(Component<Plain>);
    CHECK_FALSE(Layout<int>);
}

TEST_CASE("a struct written by hand is a layout only if its widths add up") {
    CHECK(Layout<ByHand>);
    CHECK(slice_of<ByHand, K<2>> == StridedSlice{4, 2, 3, 6});
    CHECK_FALSE(Layout<TooWide>);
    CHECK_FALSE(Layout<WrongPeriod>);
    CHECK_FALSE(Layout<Doubled>);
    CHECK_FALSE(Layout<NoGroups>);
    CHECK_FALSE(Layout<Empty>);
}

TEST_CASE("a selector finds a component by its full name") {
    CHECK(std::same_as<chosen<Exactly<K<768, 12>>, Plain>, K<768, 12>>);
    CHECK(why<Exactly<K<768, 12>>, Plain> == Fault::none);
    CHECK(why<Exactly<K<768>>, Plain> == Fault::lacks_component);
    CHECK(std::same_as<chosen<Exactly<Router>, Routed>, Router>);
}

TEST_CASE("a selector finds the only component of a family") {
    CHECK(std::same_as<chosen<FamilyOf<K>, Plain>, K<768, 12>>);
    CHECK(std::same_as<chosen<FamilyOf<Q>, Routed>, Q<4>>);
    CHECK(why<FamilyOf<Gate>, Plain> == Fault::lacks_component);
    CHECK(why<FamilyOf<Q>, TwoQueries> == Fault::ambiguous_family);
    CHECK(why<Exactly<Q<4>>, TwoQueries> == Fault::none);
}

TEST_CASE("a layout selects itself and no other layout") {
    CHECK(std::same_as<chosen<Exactly<Plain>, Plain>, Plain>);
    CHECK(why<Exactly<PerHead>, Plain> == Fault::lacks_component);
    CHECK(slice_in<Plain, Plain> == StridedSlice{0, 2304, 1, 2304});
    CHECK(slice_in<PerHead, PerHead> == StridedSlice{0, 2304, 1, 2304});
    CHECK(slice_in<PerHead, K<64>> == StridedSlice{64, 64, 12, 192});
}

TEST_CASE("what a part of a layout is packed like: itself, or itself in groups") {
    CHECK(std::same_as<part_of<Plain, K<768, 12>>, K<768, 12>>);
    CHECK(std::same_as<part_of<PerHead, K<64>>, Grouped<12, K<64>>>);
    CHECK(std::same_as<part_of<PerHead, PerHead>, PerHead>);
    CHECK(std::same_as<part_of<Plain, Plain>, Plain>);
    CHECK(std::same_as<part_of<K<64>, K<64>>, K<64>>);
    CHECK(std::same_as<part_of<Grouped<12, K<64>>, K<64>>, Grouped<12, K<64>>>);
    CHECK(std::same_as<part_of<Grouped<1, K<64>, V<64>>, K<64>>, K<64>>);
    CHECK(std::same_as<part<PerHead, V>, Grouped<12, V<64>>>);
    CHECK(std::same_as<part<Plain, V>, V<768, 12>>);
    CHECK(std::same_as<part<GroupedQuery, Q>, Grouped<8, Q<1024, 16>>>);
    CHECK(std::same_as<part<Resid<768>, Resid>, Resid<768>>);
    CHECK(Layout<part<PerHead, V>>);
    CHECK_FALSE(has_part<Plain, K<64>>);
    CHECK_FALSE(has_part<PerHead, Plain>);
    CHECK_FALSE(has_family<Plain, Gate>);
    CHECK_FALSE(has_family<TwoQueries, Q>);
}

TEST_CASE("the facts of a layout agree with its type") {
    constexpr LayoutFacts facts = facts_of<GroupedQuery>;
    CHECK(facts.width == 9216);
    CHECK(facts.groups == 8);
    REQUIRE(facts.count == 3);
    CHECK(std::string(facts.components[0].name) == "Q");
    CHECK(facts.components[0].width == 1024);
    CHECK(facts.components[0].heads == 16);
    CHECK(std::string(facts.components[2].name) == "V");
    Index sum = 0;
    for (const ComponentFacts& c : facts) sum += c.width;
    CHECK(sum * facts.groups == facts.width);
}

TEST_CASE("a list of types counts its elements") {
    CHECK(count_of<int, int, char, int> == 2);
    CHECK(count_of<long, int, char> == 0);
    CHECK(all_distinct<>);
    CHECK(all_distinct<int, char>);
    CHECK_FALSE(all_distinct<int, char, int>);
}

TEST_CASE("a layout is an empty type") {
    CHECK(std::is_empty_v<Plain>);
    CHECK(std::is_empty_v<PerHead>);
}

TEST_CASE("an ordered layout packs its channels as before, and its parts have its axes") {
    using Ahead = Ordered<PerHead, Axis::token, Axis::batch>;
    CHECK(Layout<Ahead>);
    CHECK_FALSE(Component<Ordered<Resid<768>, Axis::token>>);
    CHECK(Ahead::width == 2304);
    CHECK(slice_of<Ahead, K<64>> == slice_of<PerHead, K<64>>);
    CHECK(slices_of<Ahead> == slices_of<PerHead>);
    CHECK(std::same_as<part<Ahead, Q>, Ordered<Grouped<12, Q<64>>, Axis::token, Axis::batch>>);
    CHECK(std::same_as<part_of<Ahead, K<64>>, Ordered<Grouped<12, K<64>>, Axis::token, Axis::batch>>);
    CHECK(std::same_as<part_of<Ahead, Ahead>, Ahead>);
    CHECK(std::same_as<part_of<Ahead, PerHead>, Ahead>);
    using Alone = Ordered<Resid<768>, Axis::token>;
    CHECK(std::same_as<part<Alone, Resid>, Alone>);
    CHECK(facts_of<Alone>.is_component);
    CHECK(facts_of<Alone>.axes == order_of<Axis::token>);
    CHECK(facts_of<PerHead>.axes.is_free());
    CHECK(std::same_as<chosen<Exactly<PerHead>, Ahead>, Ahead>);
    CHECK(std::same_as<chosen<FamilyOf<Resid>, Alone>, Resid<768>>);
    CHECK(why<FamilyOf<Gate>, Ahead> == Fault::lacks_component);
}

TEST_CASE("a struct derived from an ordered layout is one") {
    struct Own : Ordered<Plain, Axis::token, Axis::batch> {};
    CHECK(Layout<Own>);
    CHECK(std::same_as<part<Own, Q>, Ordered<Q<768, 12>, Axis::token, Axis::batch>>);
    CHECK(std::same_as<part_of<Own, Own>, Own>);
}

TEST_CASE("a layout cannot be ordered twice, by no axes, by one axis twice, or with heads on two axes") {
    CHECK(can_be_ordered<Plain, Axis::token, Axis::batch>());
    CHECK(can_be_ordered<Plain, Axis::other, Axis::other, Axis::token>());
    CHECK_FALSE(can_be_ordered<Plain>());
    CHECK_FALSE(can_be_ordered<int, Axis::token>());
    CHECK_FALSE(can_be_ordered<Plain, Axis::token, Axis::token>());
    CHECK_FALSE(can_be_ordered<Ordered<Plain, Axis::token>, Axis::batch>());
    CHECK(can_be_ordered<Q<64>, Axis::batch, Axis::head, Axis::token>());
    CHECK_FALSE(can_be_ordered<Q<64, 2>, Axis::batch, Axis::head, Axis::token>());
    CHECK_FALSE(can_be_ordered<PerHead, Axis::batch, Axis::head, Axis::token>());
}

TEST_CASE("a layout may leave any number dynamic, and the rest is what it was") {
    using Part = Fused<2304, Q<dynamic, 12>, K<768>, V<768>>;
    CHECK(Layout<Part>);
    CHECK(Part::width == 2304);
    CHECK_FALSE(is_static<Part>);
    CHECK(Layout<Grouped<dynamic, Q<64>, K<64>, V<64>>>);
    CHECK(Grouped<dynamic, Q<64>, K<64>, V<64>>::period == 192);
    CHECK(Grouped<dynamic, Q<64>, K<64>, V<64>>::width == dynamic);
    CHECK(Grouped<12, Q<dynamic>, K<64>>::width == dynamic);
    // The sum of known widths is known.
    CHECK(Fused<dynamic, Q<4>, K<2>>::width == 6);
    CHECK(is_static<Fused<dynamic, Q<4>, K<2>>>);
    CHECK(is_static<Plain>);
    CHECK(is_static<PerHead>);
    CHECK(std::same_as<part<Grouped<dynamic, Q<dynamic>, K<64>>, Q>, Grouped<dynamic, Q<dynamic>>>);
    CHECK(std::same_as<part<Part, Q>, Q<dynamic, 12>>);
}

TEST_CASE("layouts can be the same if families, order and known numbers agree") {
    using AnyPlain = Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>;
    CHECK(can_be_same<Plain, AnyPlain>);
    CHECK(can_be_same<AnyPlain, Plain>);
    CHECK(can_be_same<AnyPlain, Fused<2304, Q<768, dynamic>, K<dynamic, 12>, V<768, 12>>>);
    CHECK(can_be_same<Plain, Plain>);
    CHECK_FALSE(can_be_same<Plain, Fused<2304, Q<768, 6>, K<768, 12>, V<768, 12>>>);
    CHECK_FALSE(can_be_same<AnyPlain, Fused<dynamic, Q<dynamic>, K<dynamic>>>);
    CHECK_FALSE(can_be_same<AnyPlain, Fused<dynamic, K<dynamic>, Q<dynamic>, V<dynamic>>>);
    CHECK_FALSE(can_be_same<AnyPlain, PerHead>);
    CHECK(can_be_same<Grouped<dynamic, Q<64>, K<64>, V<64>>, PerHead>);
    CHECK_FALSE(can_be_same<Grouped<dynamic, Q<32>, K<64>, V<64>>, PerHead>);
    CHECK_FALSE(can_be_same<Resid<dynamic>, Mlp<768>>);
    CHECK_FALSE(can_be_same<Fused<dynamic, Resid<dynamic>>, Resid<768>>);
    CHECK(can_be_same<Resid<dynamic>, Resid<768>>);
}

TEST_CASE("a component is found by its numbers where the layout leaves them dynamic") {
    using AnyPlain = Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>;
    CHECK(std::same_as<Resolution<Exactly<K<768, 12>>, AnyPlain>::type, K<dynamic, dynamic>>);
    CHECK(std::same_as<Resolution<Exactly<Plain>, AnyPlain>::type, AnyPlain>);
    CHECK(std::same_as<Resolution<Exactly<Q<4>>, Grouped<dynamic, Q<dynamic>>>::type, Q<dynamic>>);
    CHECK(std::same_as<Resolution<Exactly<Q<4>>, Fused<dynamic, Q<dynamic>, Q<4>>>::type, Q<4>>);
    CHECK(Resolution<Exactly<Gate<4>>, AnyPlain>::why == Fault::lacks_component);
    CHECK(Resolution<FamilyOf<Q>, Fused<dynamic, Q<dynamic>, Q<4>>>::why == Fault::ambiguous_family);
}

TEST_CASE("the facts of a component say its family, whatever its numbers") {
    const LayoutFacts plain = facts_of<Plain>, any = facts_of<Fused<dynamic, Q<dynamic>, K<dynamic>>>;
    CHECK(*plain.components[0].identity == *any.components[0].identity);
    CHECK(*plain.components[0].identity != *any.components[1].identity);
    CHECK(any.width == dynamic);
}
