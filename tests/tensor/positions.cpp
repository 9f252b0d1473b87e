#include <suture/tensor/positions.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <range/v3/view/all.hpp>
#include <range/v3/view/transform.hpp>

#include <array>
#include <concepts>
#include <string>
#include <vector>

using namespace suture;

TEST_CASE("a tensor of indices selects one or several tokens per row, and a mask the positions where it is true") {
    const at::Tensor index = at::zeros({2}, at::kLong);
    CHECK(token(index).what == RowPositions::Kind::one_per_row);
    CHECK(tokens(index).what == RowPositions::Kind::several);
    CHECK(mask(at::zeros({2, 5}, at::kBool)).what == RowPositions::Kind::where_true);
}

TEST_CASE("a selector keeps a copy of its tensor: later writes do not reach it") {
    const at::Tensor index = at::zeros({2}, at::kLong), chosen = at::ones({2, 5}, at::kBool);
    const auto one = token(index), several = tokens(index), where = mask(chosen);
    const auto some_heads = heads(index);
    const auto some_dims = dims(index);
    index.fill_(7);
    chosen.fill_(false);
    const at::Tensor before = at::zeros({2}, at::kLong);
    CHECK(one.given.equal(before));
    CHECK(several.given.equal(before));
    CHECK(some_heads.given.equal(before));
    CHECK(some_dims.given.equal(before));
    CHECK(where.given.all().item<bool>());
    CHECK_FALSE(token(at::Tensor()).given.defined());
}

TEST_CASE("tokens, heads and dims are listed by a braced list, a vector, a view of a range, or a tensor") {
    const at::Tensor expected = at::tensor({5, 1, -2}, at::kLong);
    const std::vector<int> numbers{5, 1, -2};
    CHECK(tokens({5, 1, -2}).given.equal(expected));
    CHECK(tokens(numbers).given.equal(expected));
    CHECK(tokens(std::array{5, 1, -2}).given.equal(expected));
    CHECK(tokens(numbers | ranges::views::all).given.equal(expected));
    CHECK(heads({5, 1, -2}).given.equal(expected));
    CHECK(heads(numbers).given.equal(expected));
    CHECK(heads(expected).given.equal(expected));
    CHECK(dims({5, 1, -2}).given.equal(expected));
    CHECK(dims(numbers).given.equal(expected));
    CHECK(dims(numbers | ranges::views::transform([](int n) { return n; })).given.equal(expected));
    CHECK(tokens({5, 1}).what == RowPositions::Kind::several);
    // Two numbers in parentheses are a range.
    CHECK(std::same_as<decltype(heads(1, 5)), suture::detail::Heads>);
    CHECK(std::same_as<decltype(heads({1, 5})), suture::detail::HeadList>);
    CHECK(std::same_as<decltype(dims(1, 5)), suture::detail::Dims>);
    CHECK(std::same_as<decltype(dims({1, 5})), suture::detail::DimList>);
    CHECK(std::same_as<decltype(tokens(1, 5)), Position<Axis::token>>);
}

TEST_CASE("an unsigned number in a list that is too large stays beyond every axis") {
    CHECK(heads(std::vector{std::string::npos}).given[0].item<Index>() > 1'000'000'000'000);
}

TEST_CASE("lists are selectors of heads and dims, incompatible with other heads and dims") {
    using suture::detail::compatible;
    using suture::detail::DimList;
    using suture::detail::HeadList;
    CHECK(Where<HeadList>);
    CHECK(Where<DimList>);
    CHECK(compatible<HeadList, DimList, RowPositions>());
    CHECK_FALSE(compatible<HeadList, suture::detail::Heads>());
    CHECK_FALSE(compatible<DimList, suture::detail::StaticDims<0, 1>>());
    CHECK_FALSE(suture::detail::StaticWhere<HeadList>);
}

TEST_CASE("row positions are selectors, and incompatible with tokens, batch rows and one another") {
    using Token = Position<Axis::token>;
    using Row = Position<Axis::batch>;
    CHECK(Where<RowPositions>);
    CHECK_FALSE(suture::detail::compatible<RowPositions, Token>());
    CHECK_FALSE(suture::detail::compatible<RowPositions, Row>());
    CHECK_FALSE(suture::detail::compatible<RowPositions, RowPositions>());
    CHECK(suture::detail::compatible<RowPositions, suture::detail::StaticHeads<0, 1, true>,
                                     suture::detail::StaticDims<0, 2>>());
}

TEST_CASE("an integer and a tensor select tokens through the same name") {
    CHECK(std::same_as<decltype(token(4)), Position<Axis::token>>);
    CHECK(std::same_as<decltype(token(at::Tensor())), RowPositions>);
}
