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

using channels = std::vector<Index>;

/// The channels that the selectors mean, in order.
template <class C, Layout L, class... Ws>
BoundChannels bound_of(Ws... wheres) {
    return bind_channels(packed_part<L, C>, WherePack<selector_type<Ws>...>{selector_of(wheres)...}.channels());
}
template <class C, Layout L, class... Ws>
channels channels_of(Ws... wheres) {
    static_assert(place_fault<Exactly<C>, L, selector_type<Ws>...> == Fault::none);
    const BoundChannels bound = bound_of<C, L>(wheres...);
    REQUIRE(bound.why == Fault::none);
    channels all;
    for (Index row = 0; row < bound.rows; ++row)
        for (Index dim = 0; dim < bound.dims; ++dim) all.push_back(bound.channel(row, dim));
    if (const StridedSlice slice = bound.slice(); slice.width > 0) {
        CHECK(slice.inside(L::width));
        channels sliced;
        for (Index i = 0; i < slice.channels(); ++i) sliced.push_back(slice.channel(i));
        CHECK(sliced == all);
    }
    return all;
}
/// What the compiler finds wrong. @post what is found at run time is the same
template <class C, Layout L, class... Ws>
Fault fault_of(Ws... wheres) {
    constexpr Fault why = place_fault<Exactly<C>, L, selector_type<Ws>...>;
    if constexpr (why != Fault::lacks_component && why != Fault::ambiguous_family)
        CHECK(bound_of<C, L>(wheres...).why == why);
    return why;
}
template <class C, Layout L, class... Ws>
bool has_axis_of_heads(Ws... wheres) {
    return bound_of<C, L>(wheres...).by_head;
}
template <class C, Layout L, class... Ws>
bool is_one_slice(Ws... wheres) {
    return bound_of<C, L>(wheres...).slice().width > 0;
}

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
|| requires(N n) { batches(n, 1); }
|| requires(N n) { head(n); }
|| requires(N n) { heads(n, 1); }
|| requires(N n) { dims(0, n); };

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
    CHECK(has_axis_of_heads<Q<12, 3>, Plain>(heads<1, 2>));
    CHECK(has_axis_of_heads<Q<4>, PerHead>(heads<1, 3>));
    CHECK(has_axis_of_heads<Q<8, 4>, GroupedQuery>(heads<1, 3>));
    CHECK_FALSE(has_axis_of_heads<Q<12, 3>, Plain>(head<1>));
    CHECK_FALSE(has_axis_of_heads<Q<4>, PerHead>(head<1>));
    CHECK_FALSE(has_axis_of_heads<Q<8, 4>, GroupedQuery>(head<1>));
}

TEST_CASE("without heads there is no axis of heads or groups, whatever the layout") {
    CHECK_FALSE(has_axis_of_heads<Q<4>, PerHead>());
    CHECK_FALSE(has_axis_of_heads<Q<8, 4>, GroupedQuery>());
    CHECK_FALSE(has_axis_of_heads<Q<12, 3>, Plain>());
    CHECK_FALSE(has_axis_of_heads<Plain, Plain>());
    CHECK_FALSE(has_axis_of_heads<PerHead, PerHead>());
    CHECK(bound_of<Q<4>, PerHead>().dims == 12);
    CHECK(bound_of<Q<8, 4>, GroupedQuery>().dims == 16);
}

TEST_CASE("heads() is all heads, as an axis") {
    CHECK(channels_of<Q<12, 3>, Plain>(heads()) == channels_of<Q<12, 3>, Plain>());
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads()) == channels_of<Q<8, 4>, GroupedQuery>());
    CHECK(has_axis_of_heads<Q<12, 3>, Plain>(heads()));
    CHECK(bound_of<Q<8, 4>, GroupedQuery>(heads()).rows == 8);
    CHECK(bound_of<Q<8, 4>, GroupedQuery>(heads()).dims == 2);
    CHECK(bound_of<K<2>, GroupedQuery>(heads()).rows == 2);
}

TEST_CASE("heads and dims known at run time mean the channels of their twins known at compile time") {
    CHECK(channels_of<Q<12, 3>, Plain>(head(2)) == channels_of<Q<12, 3>, Plain>(head<2>));
    CHECK(channels_of<Q<4>, PerHead>(head(1)) == channels_of<Q<4>, PerHead>(head<1>));
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head(5)) == channels_of<Q<8, 4>, GroupedQuery>(head<5>));
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads(3, 6)) == channels_of<Q<8, 4>, GroupedQuery>(heads<3, 6>));
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(dims(6, 9)) == channels_of<Q<8, 4>, GroupedQuery>(dims<6, 9>));
    CHECK(channels_of<Q<12, 3>, Plain>(head(1), dims(2, 4)) == channels{6, 7});
    CHECK(channels_of<Q<12, 3>, Plain>(head<1>, dims(2, 4)) == channels{6, 7});
    CHECK(channels_of<Q<12, 3>, Plain>(head(1), dims<2, 4>) == channels{6, 7});
    CHECK(bound_of<Q<4>, PerHead>(heads(1, 3)) == bound_of<Q<4>, PerHead>(heads<1, 3>));
    CHECK(bound_of<Q<4>, PerHead>(dims(1, 3)) == bound_of<Q<4>, PerHead>(dims<1, 3>));
}

TEST_CASE("negative heads and dims count from the end") {
    CHECK(channels_of<Q<12, 3>, Plain>(head(-1)) == channels{8, 9, 10, 11});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(head(-8)) == channels{0, 1});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads(-2, to_end)) == channels{16, 17, 18, 19});
    CHECK(channels_of<Q<4>, PerHead>(heads(0, -1)) == channels{0, 1, 2, 3, 8, 9, 10, 11});
    CHECK(channels_of<Q<4>, PerHead>(dims(-2, to_end)) == channels{18, 19});
    CHECK(channels_of<Q<4>, PerHead>(head(0), dims(-1, to_end)) == channels{3});
    CHECK(bound_of<Q<12, 3>, Plain>(head(-4)).why == Fault::head_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(heads(-4, 2)).why == Fault::head_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(dims(-13, 2)).why == Fault::dims_beyond);
}

TEST_CASE("heads and dims known at run time are refused at run time") {
    CHECK(bound_of<Q<12, 3>, Plain>(head(3)).why == Fault::head_beyond);
    CHECK(bound_of<Q<8, 4>, GroupedQuery>(head(8)).why == Fault::head_beyond);
    CHECK(bound_of<Q<8, 4>, GroupedQuery>(head(std::uint64_t{1} << 63)).why == Fault::head_beyond);
    CHECK(bound_of<Q<8, 4>, GroupedQuery>(head(std::numeric_limits<Index>::max())).why == Fault::head_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(heads(2, 4)).why == Fault::head_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(heads(2, 2)).why == Fault::head_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(dims(0, 13)).why == Fault::dims_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(dims(5, 5)).why == Fault::dims_beyond);
    CHECK(bound_of<Q<12, 3>, Plain>(head(1), dims(0, 5)).why == Fault::dims_beyond);
    CHECK(bound_of<Plain, Plain>(head(0)).why == Fault::heads_of_layout);
    CHECK(bound_of<Plain, Plain>(heads()).why == Fault::heads_of_layout);
    // The compiler knows no more than that there are heads, and which dims.
    CHECK(place_fault<Exactly<Q<12, 3>>, Plain, Heads> == Fault::none);
    CHECK(place_fault<Exactly<Q<12, 3>>, Plain, Dims> == Fault::none);
    CHECK(place_fault<Exactly<Q<12, 3>>, Plain, Heads, StaticDims<0, 5>> == Fault::dims_beyond);
    CHECK(place_fault<Exactly<Plain>, Plain, Heads> == Fault::heads_of_layout);
}

TEST_CASE("a selection is one strided slice wherever one holds it") {
    CHECK(is_one_slice<Q<8, 4>, GroupedQuery>());
    CHECK(is_one_slice<Q<8, 4>, GroupedQuery>(heads<4, 8>));
    CHECK(is_one_slice<Q<8, 4>, GroupedQuery>(heads<1, 3>, dims<0, 1>));
    CHECK(is_one_slice<Q<8, 4>, GroupedQuery>(dims<3, 7>));
    CHECK(is_one_slice<Q<8, 4>, GroupedQuery>(dims<8, 16>));
    CHECK(is_one_slice<K<2>, GroupedQuery>(heads<0, 2>, dims<1, 2>));
    CHECK(is_one_slice<Q<12, 3>, Plain>(heads<0, 3>, dims<1, 2>));
    CHECK_FALSE(is_one_slice<Q<8, 4>, GroupedQuery>(heads<3, 5>));
    CHECK_FALSE(is_one_slice<Q<8, 4>, GroupedQuery>(dims<7, 9>));
    CHECK_FALSE(is_one_slice<Q<8, 4>, GroupedQuery>(heads(), dims<0, 1>));
}

TEST_CASE("dims are counted in the component, over all of its groups") {
    CHECK(channels_of<Q<12, 3>, Plain>(dims<3, 6>) == channels{3, 4, 5});
    CHECK(channels_of<K<6, 3>, Plain>(dims<5, 6>) == channels{17});
    CHECK(channels_of<Q<4>, PerHead>(dims<1, 3>) == channels{1, 2});
    CHECK(channels_of<Q<4>, PerHead>(dims<3, 6>) == channels{3, 8, 9});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(dims<7, 8>) == channels{7});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(dims<7, 10>) == channels{7, 12, 13});
    CHECK(channels_of<K<2>, PerHead>(dims<4, 6>) == channels{20, 21});
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
    CHECK(fault_of<Fused<12, Q<12, 3>>, Fused<12, Q<12, 3>>>(head<0>) == Fault::heads_of_layout);
    CHECK(channels_fault<Plain, StaticHeads<0, 1, true>> == Fault::heads_of_layout);
    CHECK(fault_of<Q<12, 3>, Fused<12, Q<12, 3>>>(head<0>) == Fault::none);
}

TEST_CASE("a component has heads, also alone or alone in groups") {
    CHECK(channels_of<Q<12, 3>, Q<12, 3>>(head<1>) == channels{4, 5, 6, 7});
    CHECK(fault_of<Q<12, 3>, Q<12, 3>>(head<3>) == Fault::head_beyond);
    using InGroups = Grouped<2, Q<8, 4>>;
    CHECK(channels_of<InGroups, InGroups>(head<5>) == channels{10, 11});
    CHECK(channels_of<Q<8, 4>, InGroups>(head<5>) == channels{10, 11});
    CHECK(fault_of<InGroups, InGroups>(head<8>) == Fault::head_beyond);
}

TEST_CASE("heads may lie in several groups of several heads") {
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<3, 5>) == Fault::none);
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads<3, 5>) == channels{6, 7, 12, 13});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads<3, 6>, dims<1, 2>) == channels{7, 13, 15});
    CHECK(channels_of<Q<8, 4>, GroupedQuery>(heads<2, 7>) == channels{4, 5, 6, 7, 12, 13, 14, 15, 16, 17});
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<0, 4>) == Fault::none);
    CHECK(fault_of<Q<8, 4>, GroupedQuery>(heads<4, 8>) == Fault::none);
    CHECK(fault_of<K<2>, GroupedQuery>(heads<0, 2>) == Fault::none);
}

TEST_CASE("dims beyond the component, or beyond a head, are refused") {
    CHECK(fault_of<Q<12, 3>, Plain>(dims<0, 12>) == Fault::none);
    CHECK(fault_of<Q<12, 3>, Plain>(dims<0, 13>) == Fault::dims_beyond);
    CHECK(fault_of<Q<12, 3>, Plain>(head<0>, dims<0, 5>) == Fault::dims_beyond);
    CHECK(fault_of<Q<4>, PerHead>(dims<3, 12>) == Fault::none);
    CHECK(fault_of<Q<4>, PerHead>(dims<3, 13>) == Fault::dims_beyond);
    CHECK(fault_of<Q<4>, PerHead>(heads<0, 2>, dims<3, 5>) == Fault::dims_beyond);
    CHECK(fault_of<Plain, Plain>(dims<0, 25>) == Fault::dims_beyond);
}

TEST_CASE("dims of a head and of a layout are checked while no layout is known") {
    CHECK(channels_fault<Q<12, 3>, StaticDims<0, 12>> == Fault::none);
    // In a grouped layout Q<12, 3> has more channels than 12, and more heads than 3.
    CHECK(channels_fault<Q<12, 3>, StaticDims<0, 13>> == Fault::none);
    CHECK(channels_fault<Q<12, 3>, StaticHeads<5, 6, true>> == Fault::none);
    CHECK(channels_fault<Q<12, 3>, StaticHeads<0, 1, true>, StaticDims<0, 4>> == Fault::none);
    CHECK(channels_fault<Q<12, 3>, StaticHeads<0, 1, true>, StaticDims<0, 5>> == Fault::dims_beyond);
    CHECK(channels_fault<Q<12, 3>, Heads, StaticDims<0, 5>> == Fault::dims_beyond);
    CHECK(channels_fault<Q<12, 3>> == Fault::none);
    CHECK(channels_fault<Plain, StaticDims<0, 25>> == Fault::dims_beyond);
}

TEST_CASE("a component that the layout lacks has no place") {
    CHECK(fault_of<Gate<4>, Plain>() == Fault::lacks_component);
    CHECK(fault_of<Q<4>, Plain>(head<0>) == Fault::lacks_component);
    CHECK(selected_part<FamilyOf<Q>, PerHead> == PackedPart{{0, 4, 3, 8}, 3});
    CHECK(selected_part<FamilyOf<Q>, GroupedQuery> == PackedPart{{0, 8, 2, 12}, 8});
    CHECK(selected_part<Exactly<Plain>, Plain> == PackedPart{{0, 24, 1, 24}, 0});
    CHECK(place_fault<FamilyOf<Gate>, PerHead> == Fault::lacks_component);
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
    using OneHead = selector_type<decltype(&head<3>)>;
    CHECK(compatible<decltype(token(0)), decltype(batch(0)), StaticHeads<0, 1, true>, StaticDims<0, 1>>());
    CHECK_FALSE(compatible<decltype(token(0)), decltype(tokens(0, 1))>());
    CHECK_FALSE(compatible<decltype(batch(0)), decltype(batches(0, 1))>());
    CHECK_FALSE(compatible<StaticHeads<0, 1, true>, StaticHeads<1, 2, true>>());
    CHECK_FALSE(compatible<StaticDims<0, 1>, decltype(token(0)), StaticDims<1, 2>>());
    CHECK_FALSE(compatible<OneHead, decltype(head(4))>());
    CHECK_FALSE(compatible<StaticDims<0, 1>, decltype(dims(0, 1))>());
    CHECK_FALSE(compatible<decltype(heads()), decltype(head(4))>());
}

TEST_CASE("a type that restricts nothing is not a selector") {
    CHECK(std::same_as<selector_type<decltype(&head<3>)>, StaticHeads<3, 4, true>>);
    CHECK(std::same_as<selector_type<decltype(&heads<0, 2>)>, StaticHeads<0, 2, false>>);
    CHECK(std::same_as<selector_type<decltype(&dims<0, 10>)>, StaticDims<0, 10>>);
    CHECK(GivenWhere<decltype(&head<3>)>);
    CHECK(GivenWhere<decltype(&heads<0, 2>)>);
    CHECK(GivenWhere<decltype(&dims<0, 10>)>);
    CHECK(Where<decltype(token(4))>);
    CHECK(Where<decltype(head(3))>);
    CHECK(Where<decltype(heads(0, 2))>);
    CHECK(Where<decltype(heads())>);
    CHECK(Where<decltype(dims(0, 10))>);
    CHECK_FALSE(GivenWhere<int>);
    CHECK_FALSE(GivenWhere<Q<4>>);
    CHECK_FALSE(GivenWhere<int (*)()>);
}

TEST_CASE("heads and dims known at compile time carry no value") {
    CHECK(std::is_empty_v<StaticHeads<3, 4, true>>);
    CHECK(std::is_empty_v<StaticHeads<0, 2, false>>);
    CHECK(std::is_empty_v<StaticDims<0, 10>>);
    CHECK(StaticWhere<StaticDims<0, 10>>);
    CHECK_FALSE(StaticWhere<Dims>);
    CHECK_FALSE(StaticWhere<Heads>);
    CHECK(std::is_empty_v<WherePack<StaticHeads<3, 4, true>, StaticDims<0, 10>>>);
}

TEST_CASE("selectors kept together are equal if each of them is") {
    CHECK(WherePack<Heads>{head(3)} == WherePack<Heads>{head(3)});
    CHECK_FALSE(WherePack<Heads>{head(3)} == WherePack<Heads>{head(4)});
    CHECK(WherePack<StaticDims<0, 1>>{} == WherePack<StaticDims<0, 1>>{});
}

TEST_CASE(
    "a selector of an axis that the layout does not name is refused; without names there are tokens and a batch") {
    using Stream = Resid<8>;
    constexpr auto fault = []<class L, class W>(std::type_identity<L>, W) {
        return place_fault<FamilyOf<Resid>, L, W>;
    };
    constexpr std::type_identity<Ordered<Stream, Axis::token>> no_batch;
    constexpr std::type_identity<Ordered<Stream, Axis::batch>> no_token;
    constexpr std::type_identity<Stream> free;
    CHECK(fault(no_batch, token(1)) == Fault::none);
    CHECK(fault(no_batch, batch(1)) == Fault::no_batch_axis);
    CHECK(fault(no_token, batches(0, 1)) == Fault::none);
    CHECK(fault(no_token, tokens(1, 2)) == Fault::no_token_axis);
    CHECK(fault(free, token(1)) == Fault::none);
    CHECK(fault(free, batch(1)) == Fault::none);
}

TEST_CASE("where heads are an axis, their number is that of the activation, and dims are those of a head") {
    using ByHead = Ordered<Q<64>, Axis::batch, Axis::head, Axis::token>;
    CHECK(place_fault<FamilyOf<Q>, ByHead, StaticHeads<40, 41, true>> == Fault::none);
    CHECK(place_fault<FamilyOf<Q>, ByHead, StaticHeads<3, 4, true>, StaticDims<0, 64>> == Fault::none);
    CHECK(place_fault<FamilyOf<Q>, ByHead, StaticDims<0, 65>> == Fault::dims_beyond);
    constexpr PackedPart part = selected_part<FamilyOf<Q>, ByHead>;
    CHECK(part.has_head_axis());
    ChannelWhere w;
    head(7).restrict_channels(w);
    constexpr BoundChannels all = bind_channels(part, {});
    CHECK(bind_channels(part, w) == all);
    CHECK(all.channels() == 64);
}

TEST_CASE("of a place in a layout with dynamic numbers, the compiler refuses what the known ones tell") {
    using Heads3 = Fused<dynamic, Q<dynamic, 3>, K<6, 3>, V<dynamic, dynamic>>;
    CHECK(place_fault<FamilyOf<Q>, Heads3, StaticHeads<2, 3, true>> == Fault::none);
    CHECK(place_fault<FamilyOf<Q>, Heads3, StaticHeads<3, 4, true>> == Fault::head_beyond);
    CHECK(place_fault<FamilyOf<Q>, Heads3, StaticDims<0, 1000>> == Fault::none);
    CHECK(place_fault<FamilyOf<K>, Heads3, StaticDims<0, 7>> == Fault::dims_beyond);
    CHECK(place_fault<FamilyOf<K>, Heads3, Heads, StaticDims<0, 3>> == Fault::dims_beyond);
    CHECK(place_fault<FamilyOf<V>, Heads3, StaticHeads<0, 99, false>, StaticDims<0, 99>> == Fault::none);
    CHECK(place_fault<FamilyOf<Gate>, Heads3> == Fault::lacks_component);
    CHECK(place_fault<Exactly<Heads3>, Heads3, StaticHeads<0, 1, true>> == Fault::heads_of_layout);
    // A head of a grouped layout has a known width, however many there are.
    using Groups = Grouped<dynamic, Q<4>, K<2>>;
    CHECK(place_fault<FamilyOf<Q>, Groups, StaticHeads<99, 100, true>, StaticDims<0, 4>> == Fault::none);
    CHECK(place_fault<FamilyOf<Q>, Groups, StaticHeads<0, 1, true>, StaticDims<0, 5>> == Fault::dims_beyond);
    CHECK(channels_fault<Q<dynamic, 3>, StaticHeads<5, 6, true>> == Fault::none);
    CHECK(channels_fault<Q<12, 3>, StaticHeads<5, 6, true>, StaticDims<0, 5>> == Fault::dims_beyond);
    CHECK(channels_fault<Heads3, StaticHeads<0, 1, true>> == Fault::heads_of_layout);
}

TEST_CASE("positions of a generation are counted in its prompt, or behind it") {
    static_assert(token(4).within == CountedIn::sequence);
    static_assert(prompt().within == CountedIn::prompt && prompt().end == to_end);
    static_assert(generated().within == CountedIn::generated && !generated().single);
    static_assert(step(2).within == CountedIn::generated && step(2).begin == 2 && step(2).single);
    CHECK(step(2) != token(2));
    CHECK_FALSE(compatible<decltype(step(0)), decltype(token(0))>());
}
