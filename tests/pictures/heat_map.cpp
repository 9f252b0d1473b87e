// Heat maps: what they draw and write, that everything fits, and what they refuse.
#include "suture/pictures/heat_map.hpp"

#include "pictures/layout.hpp"

#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <regex>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::ShapeError;
using suture::TypeError;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("nothing is cut off, however many rows and columns there are and however long their names") {
    for (const std::size_t rows : {1u, 4u, 13u, 24u, 40u})
        for (const std::size_t columns : {1u, 4u, 15u, 40u}) {
            const auto sizes = {static_cast<suture::Index>(rows), static_cast<suture::Index>(columns)};
            const at::Tensor values = at::rand(sizes);
            CAPTURE(rows);
            CAPTURE(columns);
            const Axis down = some_tokens(rows, "query"), across = some_tokens(columns, "key");
            check_nothing_is_cut_off(script_of(HeatMap{"A title", "a caption", "share", values, down, across}));
            check_nothing_is_cut_off(script_of(Patterns{"A title", "a caption", "share", values.expand({7, -1, -1}),
                                                        numbers("head", 7), down, across}));
            check_nothing_is_cut_off(script_of(Lines{"A title", "a caption", "norm", values, down, across}));
        }
}

TEST_CASE("long titles, captions, metrics and axis titles have room") {
    const std::string words = "as long as this sentence is, which is longer than a picture of few cells is wide";
    HeatMap map = map_of(at::ones({1, 2}));
    map.title = map.caption = map.metric = map.rows.title = map.columns.title = words;
    check_nothing_is_cut_off(script_of(map));
    const Axis one{words, {words}};
    check_nothing_is_cut_off(script_of(Patterns{words, words, words, at::ones({1, 1, 1}), one, one, one}));
    check_nothing_is_cut_off(script_of(Lines{words, words, words, at::ones({1, 1}), one, one}));
    const at::Tensor x = at::arange(3);
    check_nothing_is_cut_off(script_of(Scatter{words, words, words, words, x, x}));
    check_nothing_is_cut_off(script_of(Histogram{words, words, words, at::arange(4), x, words}));
}

TEST_CASE("cells that cannot be drawn are grey, explained in the key, and do not affect the other colours") {
    const double infinity = std::numeric_limits<double>::infinity();
    const at::Tensor values = at::tensor({1.0, not_a_number, infinity, 2.0, -1e301, -0.0}).reshape({2, 3});
    const std::string script = script_of(map_of(values));
    CHECK(script.find("$cells << END\n0 0 1\n0 1 2\n2 1 -0\nEND\n") != std::string::npos);
    CHECK(script.find("$no_cells << END\n1 0 0\n2 0 0\n1 1 0\nEND\n") != std::string::npos);
    CHECK(script.find("set cbrange [0:2]") != std::string::npos);
    CHECK(script.find("'no value'") != std::string::npos);
    CHECK(drawing_of(map_of(values)).table.rows[4].back() == "-1e+301");
    const std::string whole = script_of(map_of(at::ones({2, 2})));
    CHECK(whole.find("no value") == std::string::npos);
    CHECK(whole.find("$no_cells") == std::string::npos);
}

TEST_CASE("the numbers are written into cells if these are few, in a legible colour") {
    const std::string script = script_of(map_of(at::tensor({-2.0, 0.0, 0.126}).unsqueeze(0)));
    const auto written = [&](const std::string& number, const std::string& colour) {
        return std::regex_search(script, std::regex("set label '" + number + "' .*textcolor rgb '" + colour + "'"));
    };
    CHECK(written("-2.00", "#ffffff"));
    CHECK(written("0.00", "#111111"));
    CHECK(written("0.13", "#111111"));
    CHECK(script_of(map_of(at::tensor({-0.004, -2.0}).unsqueeze(0))).find("'-0.00'") == std::string::npos);
    HeatMap silent = map_of(at::tensor({-2.0, 0.0, 0.126}).unsqueeze(0));
    silent.write_values = false;
    CHECK(script_of(silent).find("0.13") == std::string::npos);
    CHECK(script_of(map_of(at::full({1, 21}, 1 / 3.0))).find("'0.33'") == std::string::npos);
}

TEST_CASE("a heat map's table has a row for each cell, with the tokens as they are") {
    HeatMap map = map_of(at::tensor({0.5, not_a_number}).unsqueeze(0));
    map.columns = tokens({" Mary", "\n"});
    const Table table = drawing_of(map).table;
    CHECK(table.header == std::vector<std::string>{"row", "row_label", "column", "column_label", "metric", "value"});
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0] == std::vector<std::string>{"0", "0", "0", " Mary", "logit difference (logits)", "0.5"});
    CHECK(table.rows[1] == std::vector<std::string>{"0", "0", "1", "\n", "logit difference (logits)", "nan"});
}

TEST_CASE("names and values that disagree in number are refused, with both numbers") {
    HeatMap map = map_of(at::ones({2, 3}));
    map.columns = numbers("token", 4);
    CHECK(message_of<ShapeError>([&] { drawing_of(map); }) ==
          "heat map 'Patching': expected 3 column names, got 4: give one name per column");
    map.values = at::ones({3});
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "heat map 'Patching': expected numbers [row, column]",
               "got float32 [3] on cpu"));
    map.values = at::ones({0, 4});
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "[0, 4]",
               "skip the picture if there is nothing to draw"));
    map.values = at::Tensor();
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "got an undefined tensor"));
    map.values = at::ones({2, 4}, at::kComplexFloat);
    CHECK(says(message_of<TypeError>([&] { drawing_of(map); }), "complex64", "real numbers"));
    map.values = at::ones({2, 4}, at::kMeta);
    CHECK(says(message_of<TypeError>([&] { drawing_of(map); }), "meta"));

    const Patterns p{"A", "", "", at::ones({2, 1, 1}), numbers("head", 3), numbers("", 1), numbers("", 1)};
    CHECK(message_of<ShapeError>([&] { drawing_of(p); }) ==
          "patterns 'A': expected 2 panel names, got 3: give one name per panel");
    const Lines l{"A", "", "", at::ones({2, 1}), tokens({"a"}), numbers("", 1)};
    CHECK(message_of<ShapeError>([&] { drawing_of(l); }) ==
          "lines 'A': expected 2 series names, got 1: give one name per series");
    CHECK(message_of<ShapeError>([] {
              drawing_of(Scatter{"A", "", "", "", at::ones({2}), at::ones({3})});
          }) == "scatter 'A': x has 2 neurons, but y has 3: give both values of each");
}
