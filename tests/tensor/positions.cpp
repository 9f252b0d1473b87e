#include <suture/tensor/positions.hpp>

#include "doctest.hpp"

#include <concepts>

using namespace suture;

TEST_CASE("a tensor of indices selects one or several tokens per row, and a mask the positions where it is true") {
    const at::Tensor index = at::zeros({2}, at::kLong);
    CHECK(token(index).what == RowPositions::Kind::one_per_row);
    CHECK(tokens(index).what == RowPositions::Kind::several);
    CHECK(mask(at::zeros({2, 5}, at::kBool)).what == RowPositions::Kind::where_true);
    CHECK(token(index).given.is_same(index));
}

TEST_CASE("row positions are selectors, and incompatible with tokens, batch rows and one another") {
    using Token = Position<Axis::token>;
    using Row = Position<Axis::batch>;
    CHECK(Where<RowPositions>);
    CHECK_FALSE(suture::detail::compatible<RowPositions, Token>());
    CHECK_FALSE(suture::detail::compatible<RowPositions, Row>());
    CHECK_FALSE(suture::detail::compatible<RowPositions, RowPositions>());
    CHECK(suture::detail::compatible<RowPositions, HeadRange<0, 1, true>, DimRange<0, 2>>());
}

TEST_CASE("an integer and a tensor select tokens through the same name") {
    CHECK(std::same_as<decltype(token(4)), Position<Axis::token>>);
    CHECK(std::same_as<decltype(token(at::Tensor())), RowPositions>);
}
