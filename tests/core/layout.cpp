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

template <class Selector, class L>
using chosen = typename detail::Resolution<Selector, L>::type;
template <class Selector, class L>
inline constexpr Fault why = detail::Resolution<Selector, L>::why;

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
    CHECK(heads_of<Plain, Q<768, 12>> == 12);
    CHECK(heads_of<PerHead, Q<64>> == 12);
    CHECK(heads_of<GroupedQuery, Q<1024, 16>> == 128);
    CHECK(heads_of<GroupedQuery, K<64>> == 8);
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

TEST_CASE("a whole component is a layout with that component alone") {
    CHECK(std::same_as<Whole<Resid<768>>, Fused<768, Resid<768>>>);
    CHECK(slice_of<Whole<Resid<768>>, Resid<768>> == StridedSlice{0, 768, 1, 768});
}

TEST_CASE("a layout can be given a name of its own") {
    CHECK(Layout<OwnQkv>);
    CHECK(offset<OwnQkv, V<768, 12>> == 1536);
    CHECK(heads_of<OwnQkv, V<768, 12>> == 12);
}

TEST_CASE("layouts and components are told apart") {
    CHECK(Layout<Plain>);
    CHECK(Layout<PerHead>);
    CHECK_FALSE(Layout<Q<768, 12>>);
    CHECK_FALSE(Component<Plain>);
    CHECK_FALSE(Layout<int>);
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

TEST_CASE("a component alone is packed like a layout of its own") {
    CHECK(std::same_as<host_layout<K<64>>, Fused<64, K<64>>>);
    CHECK(std::same_as<host_layout<K<64>, 12>, Grouped<12, K<64>>>);
    CHECK(std::same_as<host_layout<PerHead>, PerHead>);
    CHECK(Hosted<K<64>, 12>);
    CHECK_FALSE(Hosted<PerHead, 12>);
    CHECK_FALSE(Hosted<int, 1>);
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
