// Results of sweeps in two dimensions, as pictures and terminals show them.
#include "../../../examples/sweep/plane.hpp"

#include "doctest.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

using namespace examples;
using suture::SweepAxis;
using suture::SweepResult;
using Names = std::vector<std::string>;

namespace {
const Names words{"When", " Mary", " and"};

/// With these axes behind the prompts, of which there are two.
SweepResult result_of(const std::vector<SweepAxis>& axes) {
    SweepResult result;
    result.axes = {{"prompt", {"0", "1"}}};
    result.axes.insert(result.axes.end(), axes.begin(), axes.end());
    return result;
}
/// 0, 1, 2, ... in the axes of the result, for each prompt; those of the second are higher by two.
at::Tensor counting(const SweepResult& result) {
    std::vector<Index> sizes;
    Index cells = 1;
    for (const SweepAxis& axis : result.axes) sizes.push_back(axis.size());
    for (std::size_t i = 1; i < sizes.size(); ++i) cells *= sizes[i];
    return at::cat({at::arange(cells), at::arange(cells).add(2)}).to(at::kDouble).view(sizes);
}
}  // namespace

TEST_CASE("tokens stand along the columns, and all other axes along the rows") {
    const SweepResult result =
        result_of({{"component", {"Q", "K"}}, {"layer", {"4", "5"}}, {"head", {"0", "1"}}, {"token", {"1", "2"}}});
    const SweepPlane plane = plane_of(result, counting(result), words);
    CHECK(plane.columns.title == "token");
    CHECK(plane.columns.names == Names{"1 Mary", "2 and"});
    CHECK(plane.rows.title == "component layer.head");
    CHECK(plane.rows.names == Names{"Q 4.0", "Q 4.1", "Q 5.0", "Q 5.1", "K 4.0", "K 4.1", "K 5.0", "K 5.1"});
    CHECK(plane.numbers.equal(at::arange(16).add(1).to(at::kDouble).view({8, 2})));  // the mean of the two prompts
}

TEST_CASE("a result of layers alone has one row") {
    const SweepResult result = result_of({{"layer", {"0", "1", "2"}}});
    const SweepPlane plane = plane_of(result, counting(result), words);
    CHECK(plane.columns.names == Names{"0", "1", "2"});
    CHECK(plane.rows.names == Names{"all"});
    CHECK(plane.numbers.sizes() == at::IntArrayRef({1, 3}));
}

TEST_CASE("a cell that is not known of one prompt is the mean over the others, and of none no number") {
    const SweepResult result = result_of({{"layer", {"0", "1"}}});
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const SweepPlane plane = plane_of(result, at::tensor({3.0, nan, nan, nan}, at::kDouble).view({2, 2}), words);
    CHECK(plane.numbers[0][0].item<double>() == 3);
    CHECK(table_text(plane) == "layer    all\n0       3.00\n1          .\n");
}

TEST_CASE("a terminal is shown the table if it has room for it") {
    const SweepResult small = result_of({{"layer", {"0", "1"}}, {"token", {"0", "1", "2"}}});
    CHECK(table_text(plane_of(small, counting(small), words)) ==
          "token   layer\n"
          "            0      1\n"
          "0 When   1.00   4.00\n"
          "1 Mary   2.00   5.00\n"
          "2 and    3.00   6.00\n");
    const SweepResult large = result_of({{"layer", Names(17, "0")}, {"token", {"0"}}});
    CHECK(table_text(plane_of(large, counting(large), words)).empty());
}

TEST_CASE("the largest places are those farthest from zero, and no more than there are") {
    const SweepResult result = result_of({{"layer", {"0", "1"}}, {"token", {"1", "2"}}});
    const at::Tensor one =
        at::tensor({0.1, -0.9, 0.001, std::numeric_limits<double>::quiet_NaN()}, at::kDouble).view({1, 2, 2});
    const std::vector<std::string> lines = largest_places(plane_of(result, one.expand({2, 2, 2}), words));
    CHECK(lines == Names{" -0.90  layer 0, token 2 and", "  0.10  layer 0, token 1 Mary"});
}

TEST_CASE("hundredths have no negative zero") {
    CHECK(hundredths(-0.001) == "0.00");
    CHECK(hundredths(-1.555) == "-1.56");
    CHECK(hundredths(std::numeric_limits<double>::infinity()) == ".");
}
