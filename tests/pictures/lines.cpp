// Lines: their gaps and their logarithmic scale.
#include "suture/pictures/lines.hpp"

#include "message.hpp"
#include "pictures/layout.hpp"

#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("lines have gaps at missing numbers, and at those that a logarithmic scale cannot show") {
    Lines l{"",
            "",
            "norm",
            at::tensor({1.0, not_a_number, 100.0, -1.0, 10.0, 20.0}).reshape({2, 3}),
            tokens({"a", "b"}),
            numbers("layer", 3)};
    CHECK(script_of(l).find("$series_0 << END\n0 1\n1 nan\n2 100\nEND\n") != std::string::npos);
    CHECK(script_of(l).find("$series_1 << END\n0 -1\n") != std::string::npos);
    l.logarithmic = true;
    CHECK(script_of(l).find("$series_1 << END\n0 nan\n1 10\n2 20\nEND\n") != std::string::npos);
    CHECK(script_of(l).find("set yrange [1:100]\nset logscale y") != std::string::npos);
    CHECK(drawing_of(l).table.rows[3] == std::vector<std::string>{"1", "b", "0", "0", "norm", "-1"});
}

TEST_CASE("lines have bars of error, which the scale and the table hold") {
    Lines l{.title = "correlation",
            .caption = "",
            .metric = "r",
            .values = at::tensor({1.0, 2.0, 3.0, 4.0}).reshape({2, 2}),
            .series = tokens({"a", "b"}),
            .points = numbers("layer", 2)};
    CHECK(script_of(l).find("yerrorbars") == std::string::npos);
    l.errors = at::tensor({0.5, 0.25, not_a_number, 6.0}).reshape({2, 2});
    const std::string script = script_of(l);
    CHECK(script.find("$series_0 << END\n0 1 0.5\n1 2 0.25\nEND\n") != std::string::npos);
    CHECK(script.find("$series_1 using 1:2:3 notitle with yerrorbars") != std::string::npos);
    CAPTURE(script);
    CHECK(script.find("set yrange [-2") != std::string::npos);
    const Drawing drawing = drawing_of(l);
    CHECK(drawing.table.header.back() == "error");
    CHECK(drawing.table.rows[1].back() == "0.25");
    CHECK(drawing.tensors.contains("errors"));
    l.errors = at::tensor({0.5, 0.25});
    CHECK(suture_test::message_of<suture::ShapeError>([&] { drawing_of(l); }).find("its errors") != std::string::npos);
}
