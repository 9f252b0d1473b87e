// Numbers in rows and columns.
#include "suture/pictures/detail/grid.hpp"

#include "pictures/fixture.hpp"

#include "message.hpp"

#include <ATen/ops/arange.h>

#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::ShapeError;
using suture_test::message_of;
}  // namespace

TEST_CASE("a grid has the values of its tensor row by row, and its table one row for each") {
    const Axis layers = numbers("layer", 2), words = tokens({"a", "b", "c"});
    const suture::pictures::detail::Sides sides{layers, "row", words, "column"};
    const suture::pictures::detail::Grid grid =
        suture::pictures::detail::grid_of(at::arange(6).view({2, 3}), sides, "map 'A'");
    CHECK(grid.at(1, 0) == 3);
    const Table table = suture::pictures::detail::grid_table(grid, sides, "metric");
    REQUIRE(table.rows.size() == 6);
    CHECK(table.rows[5] == std::vector<std::string>{"1", "1", "2", "c", "metric", "5"});
    CHECK(message_of<ShapeError>([&] {
              (void)suture::pictures::detail::grid_of(at::arange(6).view({3, 2}), sides, "map 'A'");
          }) == "map 'A': expected 3 row names, got 2: give one name per row");
}

TEST_CASE("the last row of a causal grid shows every column") {
    const suture::pictures::detail::Grid square{3, 3, {}, true}, last_query{1, 3, {}, true};
    CHECK(square.shows(0, 0));
    CHECK_FALSE(square.shows(0, 1));
    CHECK(square.shows(2, 2));
    CHECK(last_query.shows(0, 2));
}
