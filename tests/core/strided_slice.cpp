// Strided slices: one value for plain, interleaved and grouped channels.
#include <suture/core/strided_slice.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace {

using namespace suture;

std::vector<Index> channels_of(const StridedSlice& r) {
    std::vector<Index> channels;
    for (Index i = 0; i < r.channels(); ++i) channels.push_back(r.channel(i));
    return channels;
}

}  // namespace

TEST_CASE("a slice with one group is a plain range") {
    constexpr StridedSlice r{4, 3, 1, 12};
    CHECK(r.channels() == 3);
    CHECK(channels_of(r) == std::vector<Index>{4, 5, 6});
    CHECK(r.contiguous());
}

TEST_CASE("group g of a slice starts at offset + g * period") {
    constexpr StridedSlice r{2, 2, 3, 6};
    CHECK(r.channels() == 6);
    CHECK(channels_of(r) == std::vector<Index>{2, 3, 8, 9, 14, 15});
    CHECK_FALSE(r.contiguous());
}

TEST_CASE("a slice of single channels is a stride") {
    CHECK(channels_of({1, 1, 4, 2}) == std::vector<Index>{1, 3, 5, 7});
}

TEST_CASE("groups that follow one another without gaps are contiguous") {
    constexpr StridedSlice r{4, 2, 3, 2};
    CHECK(r.contiguous());
    CHECK(channels_of(r) == std::vector<Index>{4, 5, 6, 7, 8, 9});
}

TEST_CASE("a slice is inside if its last channel is") {
    CHECK(StridedSlice{0, 6, 1, 6}.inside(6));
    CHECK(StridedSlice{2, 2, 3, 6}.inside(18));
    CHECK(StridedSlice{2, 2, 3, 6}.inside(16));
    CHECK_FALSE(StridedSlice{2, 2, 3, 6}.inside(15));
    CHECK_FALSE(StridedSlice{1, 6, 1, 6}.inside(6));
    CHECK_FALSE(StridedSlice{-1, 2, 1, 6}.inside(6));
    CHECK_FALSE(StridedSlice{0, 2, 0, 2}.inside(6));
}

TEST_CASE("a slice with overlapping groups is never inside") { CHECK_FALSE(StridedSlice{0, 4, 2, 3}.inside(100)); }

TEST_CASE("a slice without channels is inside and has none to enumerate") {
    CHECK(StridedSlice{3, 0, 1, 6}.inside(6));
    CHECK(channels_of({3, 0, 1, 6}).empty());
}

TEST_CASE("slices that partition the channels are disjoint and cover them") {
    constexpr std::array parts{StridedSlice{0, 2, 2, 5}, StridedSlice{2, 3, 2, 5}};
    CHECK(disjoint(parts, 10));
    CHECK(covers(parts, 10));
}

TEST_CASE("a channel in two slices is found") {
    constexpr std::array overlapping{StridedSlice{0, 3, 2, 5}, StridedSlice{2, 3, 2, 5}};
    CHECK_FALSE(disjoint(overlapping, 10));
    CHECK(covers(overlapping, 10));
}

TEST_CASE("a channel in no slice is found") {
    constexpr std::array gap{StridedSlice{0, 2, 2, 5}, StridedSlice{3, 2, 2, 5}};
    CHECK(disjoint(gap, 10));
    CHECK_FALSE(covers(gap, 10));
    CHECK(covers(gap, 2));
}

TEST_CASE("slices can be used in constant expressions") {
    static_assert(StridedSlice{2, 2, 3, 6}.channel(5) == 15);
    static_assert(StridedSlice{2, 2, 3, 6} == StridedSlice{2, 2, 3, 6});
    static_assert(StridedSlice{2, 2, 3, 6} != StridedSlice{2, 2, 3, 7});
    static_assert(disjoint(std::array{StridedSlice{0, 1, 2, 2}, StridedSlice{1, 1, 2, 2}}, 4));
    CHECK(StridedSlice{}.channels() == 0);
}
