// Cells and the key to their colours.
#include "suture/pictures/detail/cells.hpp"

#include "pictures/fixture.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("each cell that is shown is on one of the two lists, by whether it can be drawn") {
    suture::pictures::detail::Grid grid{2, 2, {1, 2, not_a_number, 4}};
    CHECK(suture::pictures::detail::cell_lines(grid, true) == "0 0 1\n1 0 2\n1 1 4\n");
    CHECK(suture::pictures::detail::cell_lines(grid, false) == "0 1 0\n");
    grid.causal = true;
    CHECK(suture::pictures::detail::cell_lines(grid, true) == "0 0 1\n1 1 4\n");
}

TEST_CASE("the key of the colours has room for its metric, its bar, and the cells without a value") {
    const suture::pictures::detail::ColourKey key("m", {1, 2}), with_gaps("m", {1, not_a_number});
    CHECK(key.width() < with_gaps.width());
    CHECK(suture::pictures::detail::ColourKey(std::string(80, 'm'), {1}).width() > with_gaps.width());
}

TEST_CASE("the key has round numbers, whatever the ends of its colours") {
    using suture::pictures::detail::round_numbers;
    CHECK(round_numbers(-9.76, 9.76) == std::vector<double>{-5, 0, 5});
    CHECK(round_numbers(0, 1) == std::vector<double>{0, 0.5, 1});
    CHECK(round_numbers(0, 62.7) == std::vector<double>{0, 20, 40, 60});
    CHECK(round_numbers(-4.77, 4.77) == std::vector<double>{-4, -2, 0, 2, 4});
    for (const double end : {1e-12, 0.37, 1.0, 3.3, 4.99, 5.01, 1e9, 1e300}) {
        const std::vector<double> numbers = round_numbers(-end, end);
        CHECK(numbers.size() >= 3);
        CHECK(numbers.size() <= 6);
        CHECK(round_numbers(0, end).size() >= 3);
        CHECK(std::find(numbers.begin(), numbers.end(), 0.0) != numbers.end());
    }
}
