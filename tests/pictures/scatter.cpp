// Scatter plots: the correlation in the caption, and equal scales.
#include "suture/pictures/scatter.hpp"

#include "pictures/layout.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <regex>
#include <string>

namespace {
using namespace suture::pictures;
using namespace pictures_test;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("a scatter's caption gives Pearson's r of the finite pairs") {
    const at::Tensor x = at::tensor({1.0, 2.0, 3.0, not_a_number});
    const auto caption = [&](const at::Tensor& y) { return drawing_of(Scatter{"", "GELU.", "", "", x, y}).caption; };
    CHECK(caption(x.mul(-2)) ==
          "GELU. Pearson\u00A0r\u00A0=\u00A0-1.000 over 3 neurons of 4; the others are not finite; the "
          "dashed line is the identity.");
    CHECK(caption(at::ones({4})).find("Pearson\u00A0r is undefined over 3 neurons of 4") != std::string::npos);
    CHECK(caption(at::full({4}, not_a_number)).find("undefined over 0 neurons") != std::string::npos);
}

TEST_CASE("a scatter has equal scales and names both axes") {
    const std::string script = script_of(Scatter{"", "", "at " + token_name(4, " Mary"), "at " + token_name(9, " it's"),
                                                 at::tensor({0.0, 1.0}), at::tensor({5.0, 9.0})});
    std::smatch x, y;
    REQUIRE(std::regex_search(script, x, std::regex(R"(set xrange (\[.*\]))")));
    REQUIRE(std::regex_search(script, y, std::regex(R"(set yrange (\[.*\]))")));
    CHECK(x[1] == y[1]);
    CHECK(script.find("'at 4 Mary'") != std::string::npos);
    CHECK(script.find("'at 9 it''s'") != std::string::npos);
}
