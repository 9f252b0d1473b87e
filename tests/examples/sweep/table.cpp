// The numbers of a sweep as a terminal shows them.
#include "../../../examples/sweep/table.hpp"

#include <suture/pictures/sweep_map.hpp>

#include "doctest.hpp"
#include "sweep/counting_result.hpp"

#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

using namespace sweep_program;
using suture::SweepAxis;
using suture::SweepResult;
using suture::pictures::heat_map_of;
using suture_test::counting;
using suture_test::result_of;
using Names = std::vector<std::string>;

namespace {
const Names words{"When", " Mary", " and"};
}  // namespace

TEST_CASE("a cell without a number is a dot") {
    const SweepResult result = result_of({{"layer", {"0", "1"}}});
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const at::Tensor numbers = at::tensor({3.0, nan, nan, nan}, at::kDouble).view({2, 2});
    CHECK(table_text(heat_map_of(result, numbers, words)) == "layer    all\n0       3.00\n1          .\n");
}

TEST_CASE("a terminal is shown the table if it has room for it") {
    const SweepResult small = result_of({{"layer", {"0", "1"}}, {"position", {"0", "1", "2"}}});
    CHECK(table_text(heat_map_of(small, counting(small), words)) ==
          "position  layer\n"
          "              0      1\n"
          "0 When     1.00   4.00\n"
          "1 Mary     2.00   5.00\n"
          "2 and      3.00   6.00\n");
    const SweepResult large = result_of({{"layer", Names(17, "0")}, {"position", {"0"}}});
    CHECK(table_text(heat_map_of(large, counting(large), words)).empty());
}

TEST_CASE("the largest cells are those farthest from zero, and no more than there are") {
    const SweepResult result = result_of({{"layer", {"0", "1"}}, {"position", {"1", "2"}}});
    const at::Tensor one =
        at::tensor({0.1, -0.9, 0.001, std::numeric_limits<double>::quiet_NaN()}, at::kDouble).view({1, 2, 2});
    const std::vector<std::string> lines = largest_cells(result, one.expand({2, 2, 2}), words);
    CHECK(lines == Names{" -0.90  layer 0, position 2 and", "  0.10  layer 0, position 1 Mary"});
}

TEST_CASE("a cell is named by layer, component and head") {
    const SweepResult result =
        result_of({{"component", {"Q", "K"}}, {"layer", {"4", "5"}}, {"head", {"0", "1"}}, {"position", {"1", "2"}}});
    CHECK(largest_cells(result, counting(result), words, 1) == Names{" 16.00  layer 5, K, head 1, position 2 and"});
}
