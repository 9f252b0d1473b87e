// Selectors: the channels that heads and dims mean, counted by hand on each kind of layout.
#include <suture/core/where.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace suture;
using namespace suture::detail;

using Plain = Fused<24, Q<12, 3>, K<6, 3>, V<6, 3>>;   // heads of 4, 2 and 2 channels
using PerHead = Grouped<3, Q<4>, K<2>, V<2>>;          // the same, with one group per head
using GroupedQuery = Grouped<2, Q<8, 4>, K<2>, V<2>>;  // four query heads of width 2 per group

template <class C, Layout L, class... Ws>
std::vector<Index> channels_of(const Ws&...) {
    constexpr ChannelSlice n = placed<Exactly<C>, L, Ws...>;
    static_assert(n.why == Fault::none);
    static_assert(n.where.inside(L::width));
    std::vector<Index> channels;
    for (Index i = 0; i < n.where.channels(); ++i) channels.push_back(n.where.channel(i));
    return channels;
}
template <class C, Layout L, class... Ws>
Fault fault_of(const Ws&...) {
    return placed<Exactly<C>, L, Ws...>.why;
}
template <class C, Layout L, class... Ws>
bool keeps_groups(const Ws&...) {
    return placed<Exactly<C>, L, Ws...>.grouped;
}

using channels = std::vector<Index>;

template <class N>
concept can_be_a_place = requires(N n) {
    token(n);
}
&&requires(N n) { batch(n); }
&&requires(N n) { tokens(n, n); }
&&requires(N n) { batches(n, n); };
template <class N>
concept can_be_some_place = requires(N n) {
    token(n);
}
|| requires(N n) { batch(n); }
|| requires(N n) { tokens(0, n); }
|| requires(N n) { batches(n, 1); };

}  // namespace

TEST_CASE("without heads or dims the whole component is selected") {
    CHECK(channels_of<K<6, 3>, Plain>() == channels{12, 13, 14, 15, 16, 17});
    CHECK(channels_of<K<2>, PerHead>() == channels{4, 5, 12, 13, 20, 21});
    CHECK(channels_of<K<2>, PerHead>(token(3), batch(0)) == channels{4, 5, 12, 13, 20, 21});
}

TEST_CASE("a head of a plain layout is a range of the component") {
    CHECK(channels_of<Q<12, 3>, Plain>(head<0>) == channels{0, 1, 2, 3});
    CHECK(channels_of<Q<12, 3>, Plain>(head<2>) == channels{8, 9, 10, 11});
    CHECK(channels_of<V<6, 3>, Plain>(head<1>) == channels{20, 21});
}

TEST_CASE("a head of a per-head layout is a group") {
    CHECK(channels_of<Q<4>, PerHead>(head<2>) == channels{16, 17, 18, 19});
    CHECK(channels_of<V<2>, PerHead>(head<1>) == channels{14, 15});
}

TEST_CASE("query head h of a grouped layout is in group h / (heads per group)") {
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head<0>) == channels{0, 1});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head<3>) == channels{6, 7});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head<4>) == channels{12, 13});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head<7>) == channels{18, 19});
    CHECK(channels_of<K<2>, GroupedQuery>(head<1>) == channels{20, 21});
}

TEST_CASE("several heads keep an axis of heads, one head does not") {
    CHECK(channels_of<Q<12, 3>, Plain>(heads<1, 3>) == channels{4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(channels_of<Q<4>, PerHead>(heads<1, 3>) == channels{8, 9, 10, 11, 16, 17, 18, 19});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads<5, 7>) == channels{14, 15, 16, 17});
    CHECK(keeps_groups<Q<12, 3>, Plain>(heads<1, 2>));
    CHECK(keeps_groups<Q<4>, PerHead>(heads<1, 3>));
    CHECK_FALSE(keeps_groups<Q<12, 3>, Plain>(head<1>));
    CHECK_FALSE(keeps_groups<Q<4>, PerHead>(head<1>));
}

TEST_CASE("a component in groups keeps an axis of groups") {
    CHECK(keeps_groups<Q<4>, PerHead>());
    CHECK_FALSE(keeps_groups<Q<12, 3>, Plain>());
    CHECK_FALSE(keeps_groups<Plain, Plain>());
    CHECK_FALSE(keeps_groups<PerHead, PerHead>());
}

TEST_CASE("dims are counted in the component, in each of its groups") {
    CHECK(channels_of<Q<12, 3>, Plain>(dims<3, 6>) == channels{3, 4, 5});
    CHECK(channels_of<K<6, 3>, Plain>(dims<5, 6>) == channels{17});
    CHECK(channels_of<Q<4>, PerHead>(dims<1, 3>) == channels{1, 2, 9, 10, 17, 18});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(dims<7, 8>) == channels{7, 19});
}

TEST_CASE("dims together with heads are counted in each head") {
    CHECK(channels_of<Q<12, 3>, Plain>(head<1>, dims<2, 4>) == channels{6, 7});
    CHECK(channels_of<Q<12, 3>, Plain>(dims<2, 4>, head<1>) == channels{6, 7});
    CHECK(channels_of<Q<12, 3>, Plain>(heads<0, 3>, dims<3, 4>) == channels{3, 7, 11});
    CHECK(channels_of<Q<4>, PerHead>(heads<0, 2>, dims<0, 1>) == channels{0, 8});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head<6>, dims<1, 2>) == channels{17});
}

TEST_CASE("dims of a whole layout are its channels") {
    CHECK(channels_of<Plain, Plain>(dims<10, 13>) == channels{10, 11, 12});
    CHECK(channels_of<PerHead, PerHead>(dims<22, 24>) == channels{22, 23});
}

TEST_CASE("a head that the component does not have is refused") {
    CHECK(fault_of<Q<12, 3>, Plain>(head<2>) == Fault::none);
    CHECK(fault_of<Q<12, 3>, Plain>(head<3>) == Fault::head_beyond);
    CHECK(fault_of<Q<4>, PerHead>(head<3>) == Fault::head_beyond);
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(head<8>) == Fault::head_beyond);
    CHECK(fault_of<K<2>, GroupedQuery>(head<2>) == Fault::head_beyond);
    CHECK(fault_of<Q<12, 3>, Plain>(heads<2, 4>) == Fault::head_beyond);
}

TEST_CASE("a layout has no heads, whatever their number") {
    CHECK(fault_of<Plain, Plain>(head<0>) == Fault::heads_of_layout);
    CHECK(fault_of<Plain, Plain>(heads<0, 1>) == Fault::heads_of_layout);
    CHECK(fault_of<Plain, Plain>(head<5>) == Fault::heads_of_layout);
    CHECK(fault_of<Plain, Plain>(head<0>, dims<0, 99>) == Fault::heads_of_layout);
    CHECK(fault_of<Whole<Q<12, 3>>, Whole<Q<12, 3>>>(head<0>) == Fault::heads_of_layout);
    CHECK(channels_fault<Plain, HeadRange<0, 1, true>> == Fault::heads_of_layout);
    CHECK(fault_of<Q<12, 3>, Whole<Q<12, 3>>>(head<0>) == Fault::none);
}

TEST_CASE("heads that straddle groups of several heads are refused") {
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<3, 5>) == Fault::heads_straddle);
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<0, 4>) == Fault::none);
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<4, 8>) == Fault::none);
    CHECK(fault_of<K<2>, GroupedQuery>(heads<0, 2>) == Fault::none);
}

TEST_CASE("dims beyond the component, or beyond a head, are refused") {
    CHECK(fault_of<Q<12, 3>, Plain>(dims<0, 12>) == Fault::none);
    CHECK(fault_of<Q<12, 3>, Plain>(dims<0, 13>) == Fault::dims_beyond);
    CHECK(fault_of<Q<12, 3>, Plain>(head<0>, dims<0, 5>) == Fault::dims_beyond);
    CHECK(fault_of<Q<4>, PerHead>(dims<3, 5>) == Fault::dims_beyond);
    CHECK(fault_of<Plain, Plain>(dims<0, 25>) == Fault::dims_beyond);
}

TEST_CASE("dims are checked against the component alone while no layout is known") {
    CHECK(channels_fault<Q<12, 3>, DimRange<0, 12>> == Fault::none);
    CHECK(channels_fault<Q<12, 3>, DimRange<0, 13>> == Fault::dims_beyond);
    CHECK(channels_fault<Q<12, 3>, HeadRange<0, 1, true>, DimRange<0, 5>> == Fault::dims_beyond);
    CHECK(channels_fault<Q<12, 3>> == Fault::none);
    CHECK(channels_fault<Plain, DimRange<0, 25>> == Fault::dims_beyond);
}

TEST_CASE("a component that the layout lacks has no place") {
    CHECK(fault_of<Gate<4>, Plain>() == Fault::lacks_component);
    CHECK(fault_of<Q<4>, Plain>(head<0>) == Fault::lacks_component);
    CHECK(placed<FamilyOf<Q>, PerHead>.where == StridedSlice{0, 4, 3, 8});
    CHECK(placed<FamilyOf<Gate>, PerHead>.why == Fault::lacks_component);
}

TEST_CASE("positions are values that know whether they keep their axis") {
    static_assert(token(4).single && token(4).begin == 4);
    static_assert(!tokens(2, 5).single && tokens(2, 5).begin == 2 && tokens(2, 5).end == 5);
    static_assert(batch(-1).single && batch(-1).begin == -1);
    static_assert(!batches(1, to_end).single && batches(1, to_end).end == to_end);
    CHECK_FALSE(std::same_as<decltype(token(0)), decltype(batch(0))>);
}

TEST_CASE("an unsigned position that is too large does not wrap to a position from the end") {
    const std::vector<int> no_ids;
    CHECK(token(no_ids.size() - 1).begin > 1'000'000'000'000);
    CHECK(token(std::string::npos).begin > 0);
    CHECK(batch(std::uint64_t{1} << 63).begin > 0);
    CHECK(batches(std::string::npos, 2).begin > 0);
    CHECK(token(std::uint64_t{7}).begin == 7);
    CHECK(token(std::int8_t{-1}).begin == -1);
}

TEST_CASE("an unsigned end that is too large does not become the end of the axis") {
    const std::vector<int> no_ids;
    CHECK(tokens(0, no_ids.size() - 1).end != to_end);
    CHECK(tokens(0, no_ids.size() - 1).end > 1'000'000'000'000);
    CHECK(batches(0, std::string::npos).end != to_end);
    CHECK(tokens(0, std::numeric_limits<Index>::max()).end == to_end);
}

TEST_CASE("positions are integers, and neither bools nor characters") {
    static_assert(can_be_a_place<int> && can_be_a_place<std::size_t> && can_be_a_place<short>);
    static_assert(can_be_a_place<unsigned char> && can_be_a_place<std::int8_t>);
    static_assert(!can_be_some_place<bool>);
    static_assert(!can_be_some_place<char>);
    static_assert(!can_be_some_place<wchar_t>);
    static_assert(!can_be_some_place<char8_t>);
    CHECK_FALSE(can_be_some_place<double>);
}

TEST_CASE("two selectors of the same axis are incompatible") {
    CHECK(compatible<>());
    CHECK(compatible<decltype(token(0)), decltype(batch(0)), HeadRange<0, 1, true>, DimRange<0, 1>>());
    CHECK_FALSE(compatible<decltype(token(0)), decltype(tokens(0, 1))>());
    CHECK_FALSE(compatible<decltype(batch(0)), decltype(batches(0, 1))>());
    CHECK_FALSE(compatible<HeadRange<0, 1, true>, HeadRange<1, 2, true>>());
    CHECK_FALSE(compatible<DimRange<0, 1>, decltype(token(0)), DimRange<1, 2>>());
}

TEST_CASE("a type that restricts nothing is not a selector") {
    CHECK(Where<decltype(head<3>)>);
    CHECK(Where<decltype(heads<0, 2>)>);
    CHECK(Where<decltype(dims<0, 10>)>);
    CHECK(Where<decltype(token(4))>);
    CHECK_FALSE(Where<int>);
    CHECK_FALSE(Where<Q<4>>);
}

TEST_CASE("heads and dims carry no value") {
    CHECK(std::is_empty_v<decltype(head<3>)>);
    CHECK(std::is_empty_v<decltype(heads<0, 2>)>);
    CHECK(std::is_empty_v<decltype(dims<0, 10>)>);
}
