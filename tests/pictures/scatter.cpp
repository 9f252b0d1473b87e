// Scatter plots: the correlation in the caption, and equal scales.
#include "suture/pictures/scatter.hpp"

#include "pictures/layout.hpp"

#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <regex>
#include <string>
#include <vector>

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

TEST_CASE("groups of points have colours of their own, a legend, a correlation each, and a column of the table") {
    Scatter s{"", "", "", "", at::tensor({1.0, 2.0, 3.0, 4.0, not_a_number}), at::tensor({2.0, 1.0, 3.0, 5.0, 0.0})};
    s.groups = {"query", "query", "it's", "it's", "it's"};
    const Drawing drawing = drawing_of(s);
    CHECK(drawing.caption.find("over 4 neurons of 5; the others are not finite: query\u00A0-1.000, it's\u00A01.000; "
                               "the dashed line") != std::string::npos);
    const std::string script = script_of(s);
    CHECK(script.find("$points_0 << END\n1 2\n2 1\nEND\n") != std::string::npos);
    CHECK(script.find("$points_1 << END\n3 3\n4 5\nEND\n") != std::string::npos);
    CHECK(script.find("title 'it''s' with points pointtype 7 pointsize 0.5 linecolor rgb '#80d55e00'") !=
          std::string::npos);
    CHECK(drawing.table.header == std::vector<std::string>{"point", "group", "x", "y"});
    CHECK(drawing.table.rows[2] == std::vector<std::string>{"2", "it's", "3", "3"});
    s.x_label = "token 0", s.y_label = "token 9";
    CHECK(drawing_of(s).table.header == std::vector<std::string>{"point", "group", "token 0", "token 9"});
    s.groups.pop_back();
    CHECK(suture_test::message_of<suture::ShapeError>([&] { drawing_of(s); }) ==
          "scatter '': got 4 groups for 5 neurons: give the group of each, or none");
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
