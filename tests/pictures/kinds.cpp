// The kinds of pictures: what each draws and writes, where everything has its place, and what is refused.
#include "pictures/fixture.hpp"

#include "laws/property.hpp"
#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::ShapeError;
using suture::TypeError;
using suture::ValueError;
using suture_test::message_of;
using suture_test::says;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class P>
std::string script_of(const P& picture) {
    return drawing_of(picture).canvas.script("p");
}

/// Names of very different lengths.
Axis some_tokens(std::size_t count, const std::string& title) {
    const std::vector<std::string> words{"<|endoftext|>", " Mary", " a", ",", " extraordinarily long winded"};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(words[i % words.size()]);
    return tokens(names, title);
}

double number_in(const std::string& script, const std::string& name) {
    const std::size_t at = script.find("\n" + name + " = ");
    return std::stod(script.substr(at + name.size() + 4));
}

/// A label's ends, as far as its estimated width goes.
struct Reach {
    double left, right, top, bottom;
};
Reach reach_of(const std::smatch& label) {
    const double x = std::stod(label[2]), y = std::stod(label[3]), angle = std::stod(label[5]) * std::acos(-1) / 180;
    const double length = suture::pictures::detail::text_width(label[1].str(), std::stod(label[6]));
    const double before = label[4] == "right" ? length : label[4] == "center" ? length / 2 : 0, after = length - before;
    return {x - before * std::cos(angle), x + after * std::cos(angle), y - after * std::sin(angle),
            y + before * std::sin(angle)};
}

/// That no label leaves the picture.
void check_nothing_is_cut_off(const std::string& script) {
    const std::regex label(
        R"(set label '(.*)' at screen px\(([-.\d]+)\), screen py\(([-.\d]+)\) (\w+) rotate by (\d+) )"
        R"(font 'sans-serif,(\d+)')");
    const double width = number_in(script, "W"), height = number_in(script, "H");
    std::size_t labels = 0;
    for (std::sregex_iterator at(script.begin(), script.end(), label), end; at != end; ++at, ++labels) {
        const Reach reach = reach_of(*at);
        CAPTURE((*at)[0].str());
        CHECK(reach.left >= 0);
        CHECK(reach.right <= width);
        CHECK(reach.top >= 0);
        CHECK(reach.bottom <= height);
    }
    CHECK(labels > 3);
}
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

TEST_CASE("colours of signed values are as far from white on both sides of zero") {
    const auto of = [](const std::vector<double>& values, Scale scale = Scale::automatic,
                       std::optional<double> limit = std::nullopt) {
        return suture::pictures::detail::colouring_of(values, scale, limit, "map");
    };
    laws::for_all("symmetric", 100, [&] {
        std::vector<double> values{-1e-3};
        for (std::int64_t n = laws::draw(0, 9); n > 0; --n) values.push_back(static_cast<double>(laws::draw(-99, 99)));
        const suture::pictures::detail::Colouring colours = of(values);
        RC_ASSERT(colours.low == -colours.high);
        RC_ASSERT(suture::pictures::detail::hex(colours.of(0)) == "#f7f7f7");
        RC_ASSERT(*std::max_element(values.begin(), values.end()) <= colours.high);
        RC_ASSERT(*std::min_element(values.begin(), values.end()) >= colours.low);
    });
    CHECK(suture::pictures::detail::hex(of({-2, 1}).of(-2)) == "#053061");
    CHECK(suture::pictures::detail::hex(of({-2, 1}).of(2)) == "#67001f");
    CHECK(script_of(map_of(at::tensor({-3.0, 1.0}).unsqueeze(0))).find("set cbrange [-3:3]") != std::string::npos);
    CHECK(of({1, 3}, Scale::diverging).low == -3);
    CHECK(of({-1, 3}, Scale::automatic, 10).low == -10);
}

TEST_CASE("colours of values that are not negative begin at zero") {
    const auto colours = suture::pictures::detail::colouring_of({2, 5, not_a_number}, Scale::automatic, {}, "map");
    CHECK(colours.low == 0);
    CHECK(colours.high == 5);
    CHECK(suture::pictures::detail::hex(colours.of(0)) == "#440154");
    CHECK(suture::pictures::detail::hex(colours.of(5)) == "#fde725");
    CHECK(suture::pictures::detail::colouring_of({0, 0}, Scale::automatic, {}, "map").high == 1);
    CHECK(suture::pictures::detail::colouring_of({-2, -1}, Scale::sequential, {}, "map").low == -2);
    CHECK(message_of<ValueError>([] {
              suture::pictures::detail::colouring_of({1}, Scale::automatic, 0.0, "map 'A'");
          }) == "map 'A': the limit of the colours is 0: give a number above 0");
}

TEST_CASE("cells that cannot be drawn are grey, told in the key, and leave the colours of the others alone") {
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

TEST_CASE("the numbers are written into cells that are few, in a colour that can be read there") {
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
    CHECK(script_of(map_of(at::full({1, 13}, 1 / 3.0))).find("'0.33'") == std::string::npos);
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

TEST_CASE("patterns have a panel, and rows of the table, for each head") {
    const Patterns p{"Attention",
                     "",
                     "probability",
                     at::arange(12).reshape({3, 2, 2}),
                     numbers("head", 3),
                     tokens({"a", "b"}, "query"),
                     tokens({"a", "b"}, "key")};
    const Drawing drawing = drawing_of(p);
    CHECK(drawing.table.rows.size() == 12);
    CHECK(drawing.table.rows.back() == std::vector<std::string>{"2", "2", "1", "b", "1", "b", "probability", "11"});
    const std::string script = drawing.canvas.script("p");
    for (const char* name : {"'head 0'", "'head 1'", "'head 2'", "'query'", "'key'"}) CHECK(times(script, name) >= 1);
    CHECK(times(script, "set cbrange [0:11]") == 1);
}

TEST_CASE("slanted names stand below the last row of panels only, where nothing is to their left") {
    const auto named = [](const std::string& first) {
        const Axis axis = tokens({first, "b", "c", "d", "e", "f"});
        return times(script_of(Patterns{"", "", "", at::ones({7, 6, 6}), numbers("head", 7), axis, axis}),
                     "set label '0 " + first + "'");
    };
    // Four panels above three: the names stand beside the first of each, and below three or, if short, below four.
    CHECK(named("reaching far") == 2 + 3);
    CHECK(named("a") == 2 + 4);
}

TEST_CASE("a scatter's caption tells Pearson's r of the pairs that are finite") {
    const at::Tensor x = at::tensor({1.0, 2.0, 3.0, not_a_number});
    const auto caption = [&](const at::Tensor& y) { return drawing_of(Scatter{"", "GELU.", "", "", x, y}).caption; };
    CHECK(caption(x.mul(-2)) ==
          "GELU. Pearson r = -1.000 over 3 neurons of 4, for the others are not finite; the "
          "dashed line is the identity.");
    CHECK(caption(at::ones({4})).find("Pearson r is not defined over 3 neurons of 4") != std::string::npos);
    CHECK(caption(at::full({4}, not_a_number)).find("not defined over 0 neurons") != std::string::npos);
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

TEST_CASE("a histogram's bars reach from edge to edge, from zero to their counts") {
    const Histogram h{"", "", "activation", at::tensor({-1.0, 0.0, 4.0}), at::tensor({7, 2})};
    CHECK(script_of(h).find("$bins << END\n-1 0 7\n0 4 2\nEND\n") != std::string::npos);
    CHECK(script_of(h).find("set yrange [0:") != std::string::npos);
    CHECK(drawing_of(h).table.rows[1] == std::vector<std::string>{"1", "0", "4", "activation", "2"});
}

TEST_CASE("lines have gaps where there is no number, or none that powers of ten can show") {
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

TEST_CASE("ticks are 1, 2 or 5 times a power of ten apart") {
    CHECK(suture::pictures::detail::tick_step(10, 5) == doctest::Approx(2));
    CHECK(suture::pictures::detail::tick_step(14, 5) == doctest::Approx(5));
    CHECK(suture::pictures::detail::tick_step(6e-4, 6) == doctest::Approx(1e-4));
    CHECK(suture::pictures::detail::Span{-0.3, 0.41, 0.2}.ticks() ==
          std::vector<std::string>{"-0.2", "0", "0.2", "0.4"});
    CHECK(suture::pictures::detail::logarithmic_span(0.2, 300).ticks() ==
          std::vector<std::string>{"0.1", "1", "10", "100", "1000"});
    CHECK(suture::pictures::detail::Span{1000.001, 1000.009, 0.002}.ticks().back() == "1000.008");
}

TEST_CASE("numbers of any size have a scale that holds them, with some ticks and never many") {
    laws::for_all("spans", 500, [] {
        const double power = std::pow(10, static_cast<double>(laws::draw(-330, 285)));
        double low = static_cast<double>(laws::draw(-99, 99)) * power,
               high = static_cast<double>(laws::draw(-99, 99)) * power;
        if (low > high) std::swap(low, high);
        if (laws::once_in(3)) high = std::nextafter(low, 1e308);
        for (const suture::pictures::detail::Span& span :
             {suture::pictures::detail::span_around(low, high, 8), suture::pictures::detail::span_from_zero(high, 8),
              suture::pictures::detail::logarithmic_span(std::abs(high) + power + 1e-320,
                                                         1e9 * (std::abs(high) + power))}) {
            RC_ASSERT(span.low < span.high);
            RC_ASSERT(span.high >= high);
            RC_ASSERT(!span.ticks().empty());
            RC_ASSERT(span.ticks().size() <= 12);
        }
        RC_ASSERT(suture::pictures::detail::span_around(low, high, 8).low <= low);
    });
}

TEST_CASE("names and values that disagree in number are refused, with both numbers") {
    HeatMap map = map_of(at::ones({2, 3}));
    map.columns = numbers("token", 4);
    CHECK(message_of<ShapeError>([&] { drawing_of(map); }) ==
          "heat map 'Patching': expected 3 column names, but 4 came: give one each");
    map.values = at::ones({3});
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "heat map 'Patching': expected numbers [row, column]",
               "float32 [3] on cpu came"));
    map.values = at::ones({0, 4});
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "[0, 4]", "leave a picture of nothing out"));
    map.values = at::Tensor();
    CHECK(says(message_of<ShapeError>([&] { drawing_of(map); }), "an undefined tensor came"));
    map.values = at::ones({2, 4}, at::kComplexFloat);
    CHECK(says(message_of<TypeError>([&] { drawing_of(map); }), "complex64", "real numbers"));
    map.values = at::ones({2, 4}, at::kMeta);
    CHECK(says(message_of<TypeError>([&] { drawing_of(map); }), "meta"));

    const Patterns p{"A", "", "", at::ones({2, 1, 1}), numbers("head", 3), numbers("", 1), numbers("", 1)};
    CHECK(message_of<ShapeError>([&] { drawing_of(p); }) ==
          "patterns 'A': expected 2 panel names, but 3 came: give one each");
    const Lines l{"A", "", "", at::ones({2, 1}), tokens({"a"}), numbers("", 1)};
    CHECK(message_of<ShapeError>([&] { drawing_of(l); }) ==
          "lines 'A': expected 2 series names, but 1 came: give one each");
    CHECK(message_of<ShapeError>([] {
              drawing_of(Scatter{"A", "", "", "", at::ones({2}), at::ones({3})});
          }) == "scatter 'A': x has 2 neurons, but y has 3: give both of each");
}

TEST_CASE("edges that do not ascend and counts that are none are refused") {
    const auto refusal = [](const at::Tensor& edges, const at::Tensor& counts) {
        return message_of<ValueError>([&] { drawing_of(Histogram{"A", "", "", edges, counts}); });
    };
    CHECK(refusal(at::tensor({0.0, 1.0, 1.0}), at::ones({2})) ==
          "histogram 'A': bin 1 goes from 1 to 1: give finite edges that ascend");
    CHECK(says(refusal(at::tensor({0.0, not_a_number}), at::ones({1})), "bin 0 goes from 0 to nan"));
    CHECK(says(refusal(at::tensor({0.0, 1.0}), at::full({1}, -1)), "bin 0 holds -1"));
    CHECK(message_of<ShapeError>([] {
              drawing_of(Histogram{"A", "", "", at::ones({2}), at::ones({2})});
          }) == "histogram 'A': 2 edges came for 2 counts: give one edge more than counts");
}
