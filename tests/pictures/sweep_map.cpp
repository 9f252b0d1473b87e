// Sweeps as heat maps: their sides, and the mean over the prompts.
#include "suture/pictures/sweep_map.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/counting_result.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using suture::Index;
using suture::ShapeError;
using suture::SweepAxis;
using suture::SweepResult;
using suture_test::counting;
using suture_test::message_of;
using suture_test::result_of;
using Names = std::vector<std::string>;

const Names words{"When", " Mary", " and"};
}  // namespace

TEST_CASE("tokens are along the columns, and all other axes along the rows") {
    const SweepResult result =
        result_of({{"component", {"Q", "K"}}, {"layer", {"4", "5"}}, {"head", {"0", "1"}}, {"position", {"1", "2"}}});
    const HeatMap map = heat_map_of(result, counting(result), words);
    CHECK(map.columns.title == "position");
    CHECK(map.columns.names == Names{"1 Mary", "2 and"});
    CHECK(map.rows.title == "component layer.head");
    CHECK(map.rows.names == Names{"Q 4.0", "Q 4.1", "Q 5.0", "Q 5.1", "K 4.0", "K 4.1", "K 5.0", "K 5.1"});
    CHECK(map.values.equal(at::arange(16).add(1).to(at::kDouble).view({8, 2})));  // the mean of the two prompts
    CHECK(heat_map_of(result, counting(result)).columns.names == Names{"1", "2"});
}

TEST_CASE("a result with layers as its only axis has one row") {
    const SweepResult result = result_of({{"layer", {"0", "1", "2"}}});
    const HeatMap map = heat_map_of(result, counting(result), words);
    CHECK(map.columns.names == Names{"0", "1", "2"});
    CHECK(map.rows.names == Names{"all"});
    CHECK(map.values.sizes() == at::IntArrayRef({1, 3}));
}

TEST_CASE("a cell that is unknown for one prompt is the mean over the others") {
    const SweepResult result = result_of({{"layer", {"0", "1"}}});
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const HeatMap map = heat_map_of(result, at::tensor({3.0, nan, nan, nan}, at::kDouble).view({2, 2}));
    CHECK(map.values[0][0].item<double>() == 3);
    CHECK(map.values[0][1].isnan().item<bool>());
}

TEST_CASE("a sweep between two runs shows what is recovered, and an ablation what changes") {
    SweepResult result = result_of({{"layer", {"0", "1"}}});
    result.values = at::tensor({1.0, 2.0, 1.0, 2.0}).view({2, 2});
    result.baseline = at::tensor({1.0, 1.0});
    result.metric = "logit difference";
    result.patching = "denoising";
    const HeatMap ablated = heat_map_of(result);
    CHECK(ablated.metric == "change of the logit difference");
    CHECK(ablated.values.equal(at::tensor({0.0, 1.0}).view({1, 2})));
    result.source = at::tensor({5.0, 5.0});
    const HeatMap patched = heat_map_of(result);
    CHECK(patched.title == "Patching sweep: denoising");
    CHECK(patched.metric == "recovered share of the logit difference");
    CHECK(patched.values.equal(at::tensor({0.0, 0.25}).view({1, 2})));
}

TEST_CASE("numbers in other axes and tokens that are too few are refused") {
    const SweepResult result = result_of({{"position", {"0", "3"}}});
    CHECK(message_of<ShapeError>([&] { (void)heat_map_of(result, at::arange(4)); }) ==
          "expected numbers [2, 2] in the axes of the sweep, got int64 [4] on cpu: give one number per cell");
    CHECK(message_of<ShapeError>([&] { (void)heat_map_of(result, counting(result), words); }) ==
          "the sweep has a token 3, but 3 tokens were given: give those of its prompts");
}
