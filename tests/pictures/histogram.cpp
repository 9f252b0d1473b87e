// Histograms: their bars, and the bins that are refused.
#include "suture/pictures/histogram.hpp"

#include "pictures/layout.hpp"

#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::ShapeError;
using suture::ValueError;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("a histogram's bars reach from edge to edge, from zero to their counts") {
    const Histogram h{"", "", "activation", at::tensor({-1.0, 0.0, 4.0}), at::tensor({7, 2})};
    CHECK(script_of(h).find("$bins << END\n-1 0 7\n0 4 2\nEND\n") != std::string::npos);
    CHECK(script_of(h).find("set yrange [0:") != std::string::npos);
    CHECK(drawing_of(h).table.rows[1] == std::vector<std::string>{"1", "0", "4", "activation", "2"});
}

TEST_CASE("several histograms are outlines in one picture, with a legend, and a column of the table") {
    Histogram h{"", "", "activation", at::tensor({-1.0, 0.0, 4.0}), at::tensor({7, 2, 1, 9}).view({2, 2})};
    h.series = {"", {"query", "a'key"}};
    const std::string script = script_of(h);
    CHECK(script.find("$bins_0 << END\n-1 0\n-1 7\n0 7\n0 2\n4 2\n4 0\nEND\n") != std::string::npos);
    CHECK(script.find("$bins_1 << END\n-1 0\n-1 1\n0 1\n0 9\n4 9\n4 0\nEND\n") != std::string::npos);
    CHECK(script.find("'a''key'") != std::string::npos);
    CHECK(drawing_of(h).table.header == std::vector<std::string>{"series", "bin", "from", "to", "metric", "count"});
    CHECK(drawing_of(h).table.rows[3] == std::vector<std::string>{"a'key", "1", "0", "4", "activation", "9"});
    h.series.names.pop_back();
    CHECK(says(message_of<ShapeError>([&] { drawing_of(h); }), "expected 2 series names, got 1"));
    h.counts = at::tensor({7, 2, 3}).view({1, 3});
    CHECK(says(message_of<ShapeError>([&] { drawing_of(h); }), "got 3 edges for 3 counts"));
}

TEST_CASE("edges that do not ascend and negative counts are refused") {
    const auto refusal = [](const at::Tensor& edges, const at::Tensor& counts) {
        return message_of<ValueError>([&] { drawing_of(Histogram{"A", "", "", edges, counts}); });
    };
    CHECK(refusal(at::tensor({0.0, 1.0, 1.0}), at::ones({2})) ==
          "histogram 'A': bin 1 goes from 1 to 1: give finite edges in ascending order");
    CHECK(says(refusal(at::tensor({0.0, not_a_number}), at::ones({1})), "bin 0 goes from 0 to nan"));
    CHECK(says(refusal(at::tensor({0.0, 1.0}), at::full({1}, -1)), "bin 0 holds -1"));
    CHECK(message_of<ShapeError>([] {
              drawing_of(Histogram{"A", "", "", at::ones({2}), at::ones({2})});
          }) == "histogram 'A': got 2 edges for 2 counts: give one more edge than counts");
}
