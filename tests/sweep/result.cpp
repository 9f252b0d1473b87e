// Results: effects and recovered shares against the numbers that they come from, tables read back, and the correlation
// with an attribution against its formula.
#include "suture/sweep/result.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// 2 prompts x 2 layers x 3 tokens.
SweepResult result() {
    SweepResult r;
    r.axes = {{"prompt", {"0", "1"}}, {"layer", {"0", "1"}}, {"position", {"0", "1", "2"}}};
    r.values = at::randn({2, 2, 3}, at::kDouble);
    r.baseline = at::tensor({0.5, -2.0}, at::kDouble);
    r.source = at::tensor({1.5, 2.0}, at::kDouble);
    r.done = at::ones({2, 2, 3}, at::kBool);
    r.ran = at::ones({2, 2, 3}, at::kBool);
    r.metric = "logit difference", r.patching = "denoising";
    return r;
}

/// The records of a CSV text, by RFC 4180.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::string> fields{""};
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
            fields.back() += text[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (quoted)
            fields.back() += c;
        else if (c == ',')
            fields.emplace_back();
        else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            records.push_back(fields);
            fields = {""};
            ++i;
        } else
            fields.back() += c;
    }
    CHECK((fields == std::vector<std::string>{""}));  // the last line ends too
    CHECK_FALSE(quoted);
    return records;
}

/// Pearson's correlation by its formula.
double pearson_by_hand(const std::vector<double>& a, const std::vector<double>& b) {
    double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i] / double(a.size()), mean_b += b[i] / double(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a), bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return ab / std::sqrt(aa * bb);
}
}  // namespace

TEST_CASE("an effect is the value minus the baseline of its prompt") {
    const SweepResult r = result();
    for (Index p = 0; p < 2; ++p) CHECK(r.effects()[p].equal(r.values[p].sub(r.baseline[p])));
    CHECK(r.effects().sizes() == r.values.sizes());
    SweepResult estimated = r;
    estimated.attribution = at::zeros({2, 2, 3}, at::kDouble);
    CHECK(estimated.estimated_effects()[1].equal(at::full({2, 3}, 2.0, at::kDouble)));
}

TEST_CASE("the baseline recovers 0, the other run 1, and the middle between them a half") {
    SweepResult r = result();
    r.values.select(2, 0).copy_(r.baseline.unsqueeze(1));
    r.values.select(2, 1).copy_(r.source.unsqueeze(1));
    r.values.select(2, 2).copy_(r.source.add(r.baseline).div(2).unsqueeze(1));
    CHECK(r.recovered().equal(at::tensor({0.0, 1.0, 0.5}, at::kDouble).expand({2, 2, 3})));
}

TEST_CASE("in the mean over prompts, a pair whose runs hardly differ hardly counts") {
    SweepResult r = result();
    r.baseline = at::tensor({0.0, 1.0}, at::kDouble), r.source = at::tensor({1e-9, 3.0}, at::kDouble);
    r.values[0].fill_(1e-3), r.values[1].fill_(2);
    CHECK(at::allclose(r.mean_recovered(), at::full({2, 3}, 0.5005, at::kDouble), 1e-6));
    r.values = r.source.view({2, 1, 1}).expand({2, 2, 3}).clone();
    CHECK(at::allclose(r.mean_recovered(), at::ones({2, 3}, at::kDouble)));
}

TEST_CASE("if the two runs do not differ, the recovered share is NaN") {
    SweepResult r = result();
    r.source = r.baseline.clone();
    r.values.fill_(0.5);
    CHECK(r.recovered()[0].isnan().all().item<bool>());
    CHECK(r.recovered()[1].isinf().all().item<bool>());
}

TEST_CASE("an ablation has no other run, and says so") {
    SweepResult r = result();
    r.source = at::Tensor(), r.patching = "zero ablation";
    CHECK(message_of<ValueError>([&] { (void)r.recovered(); }) ==
          "a result of zero ablation has no other run to recover: read effects()");
}

TEST_CASE("an axis is found by its name, and the error for an unknown name lists the axes") {
    const SweepResult r = result();
    CHECK(r.axis("prompt") == 0);
    CHECK(r.axis("position") == 2);
    CHECK(message_of<ValueError>([&] { (void)r.axis("head"); }) ==
          "the result has no axis 'head': it has prompt, layer, position");
}

TEST_CASE("a result is complete when every cell is there") {
    SweepResult r = result();
    CHECK(r.is_complete());
    r.ran.fill_(false);
    CHECK(r.is_complete());
    r.done[1][0][2].fill_(false);
    CHECK_FALSE(r.is_complete());
}

TEST_CASE("a table has one line per cell with its labels, value and baseline, and keeps every number") {
    SweepResult r = result();
    r.values[0][1][2].fill_(1.0 / 3);
    r.values[1][0][0].fill_(std::numeric_limits<double>::infinity());
    r.values[1][0][1].fill_(none);
    r.values[1][0][2].fill_(-0.0);
    r.values[1][1][0].fill_(std::numeric_limits<double>::denorm_min());
    r.ran[0][0][0].fill_(false);
    r.done[1][1][1].fill_(false);
    const auto table = read_csv(csv_text(r));
    REQUIRE(table.size() == 13);
    CHECK((table[0] == std::vector<std::string>{"prompt", "layer", "position", "value", "baseline", "ran"}));
    for (Index cell = 0; cell < 12; ++cell) {
        const auto& line = table[static_cast<std::size_t>(cell + 1)];
        const Index p = cell / 6, layer = cell / 3 % 2, t = cell % 3;
        REQUIRE(line.size() == 6);
        CHECK(line[0] == std::to_string(p));
        CHECK(line[1] == std::to_string(layer));
        CHECK(line[2] == std::to_string(t));
        CHECK(std::strtod(line[4].c_str(), nullptr) == r.baseline[p].item<double>());
        CHECK(line[5] == (cell == 0 ? "0" : "1"));
        if (cell == 10) {
            CHECK(line[3].empty());
            continue;
        }
        const double wanted = r.values[p][layer][t].item<double>(), read = std::strtod(line[3].c_str(), nullptr);
        CHECK((read == wanted || (std::isnan(read) && std::isnan(wanted))));
        CHECK(std::signbit(read) == std::signbit(wanted));
    }
}

TEST_CASE("labels with commas, quotes, line ends or outer spaces survive a table") {
    const std::vector<std::string> labels{"Q[token 4, dims 0:10] = 0",
                                          "say \"no\"",
                                          "two\nlines",
                                          "a\rb",
                                          " a space before",
                                          "one behind ",
                                          "\"",
                                          "",
                                          "plain",
                                          ",",
                                          "häß 模型"};
    SweepResult r;
    const auto count = static_cast<Index>(labels.size());
    r.axes = {{"prompt", {"0"}}, {"recipe", labels}};
    r.values = at::arange(count, at::kDouble).view({1, count});
    r.baseline = at::zeros({1}, at::kDouble);
    r.done = r.ran = at::ones({1, count}, at::kBool);
    const auto table = read_csv(csv_text(r));
    REQUIRE(table.size() == labels.size() + 1);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        CHECK(table[i + 1][1] == labels[i]);
        CHECK(table[i + 1][2] == std::to_string(i));
    }
    CHECK(says(csv_text(r), "\" a space before\"", ",plain,"));
}

TEST_CASE("a table does not depend on the strides of the values") {
    SweepResult r = result();
    const std::string text = csv_text(r);
    r.values = r.values.transpose(0, 2).contiguous().transpose(0, 2);
    CHECK_FALSE(r.values.is_contiguous());
    CHECK(csv_text(r) == text);
}

TEST_CASE("numbers in a table do not depend on the locale") {
    struct German : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    SweepResult r = result();
    r.values.fill_(12345.5);
    const std::string text = csv_text(r);
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new German));
    const std::string abroad = csv_text(r);
    std::locale::global(before);
    CHECK(abroad == text);
    CHECK(says(text, ",12345.5,"));
}

TEST_CASE("a perfect attribution has correlation 1 and its opposite -1, at any scale and offset") {
    SweepResult r = result();
    r.attribution = r.values.clone();
    CHECK(attribution_correlation(r) == doctest::Approx(1).epsilon(1e-12));
    r.attribution = r.effects().mul(3).add(r.values.sub(r.effects()));
    CHECK(attribution_correlation(r) == doctest::Approx(1).epsilon(1e-12));
    r.attribution = r.effects().neg().add(r.values.sub(r.effects()));
    CHECK(attribution_correlation(r) == doctest::Approx(-1).epsilon(1e-12));
}

TEST_CASE("the correlation counts only cells that were run, by their effects and not their values") {
    SweepResult r = result();
    r.attribution = at::randn({2, 2, 3}, at::kDouble);
    r.ran[0][1].fill_(false);
    r.done[1][1][2].fill_(false);
    r.values[1][1][2].fill_(none);
    std::vector<double> exact, guess;
    for (Index i = 0; i < 12; ++i) {
        if (i == 3 || i == 4 || i == 5 || i == 11) continue;
        const double baseline = r.baseline[i / 6].item<double>();
        exact.push_back(r.values.flatten()[i].item<double>() - baseline);
        guess.push_back(r.attribution.flatten()[i].item<double>() - baseline);
    }
    CHECK(attribution_correlation(r) == doctest::Approx(pearson_by_hand(exact, guess)).epsilon(1e-12));
}

TEST_CASE("without anything to correlate, the correlation is NaN") {
    SweepResult r = result();
    r.attribution = at::randn({2, 2, 3}, at::kDouble);
    r.ran.fill_(false);
    CHECK(std::isnan(attribution_correlation(r)));
    r.ran[1][1][1].fill_(true);
    CHECK(std::isnan(attribution_correlation(r)));
    r = result();
    r.baseline.fill_(0);
    r.attribution = at::full({2, 2, 3}, 0.1, at::kDouble);  // of which no mean is exact
    CHECK(std::isnan(attribution_correlation(r)));
    CHECK(says(message_of<ValueError>([] { (void)attribution_correlation(result()); }), "has no attribution",
               "the option 'attribution'"));
}

TEST_CASE("the cells of a result are a range, which a pipeline may take from a temporary") {
    SweepResult r = result();
    r.ran[0][1].fill_(false);
    r.done[1][0][2].fill_(false);
    const auto cells = r.cells();
    static_assert(ranges::random_access_range<decltype(cells)> && ranges::view_<std::decay_t<decltype(cells)>>);
    REQUIRE(cells.size() == 12);
    for (const SweepCell& cell : cells) {
        REQUIRE(cell.place.size() == 3);
        CHECK(cell.index == (cell.place[0] * 2 + cell.place[1]) * 3 + cell.place[2]);
        CHECK(cell.value == r.values[cell.place[0]][cell.place[1]][cell.place[2]].item<double>());
        CHECK(cell.baseline == r.baseline[cell.place[0]].item<double>());
        CHECK(cell.ran == (cell.place[0] != 0 || cell.place[1] != 1));
        CHECK(cell.done == (cell.index != 8));
        CHECK(cell.effect() == cell.value - cell.baseline);
    }
    const at::Tensor values = r.values.clone();
    const auto make = [&] { return std::exchange(r, SweepResult{}); };
    const auto second_layer = make().cells() |
                              ranges::views::filter([](const SweepCell& c) { return c.ran && c.place[1] == 1; }) |
                              ranges::views::transform(&SweepCell::value) | ranges::to<std::vector>();
    REQUIRE(second_layer.size() == 3);
    for (Index t = 0; t < 3; ++t) CHECK(second_layer[std::size_t(t)] == values[1][1][t].item<double>());
}

TEST_CASE("the cells of a result do not depend on its strides") {
    SweepResult r = result();
    const auto before = r.cells() | ranges::views::transform(&SweepCell::value) | ranges::to<std::vector>();
    r.values = r.values.transpose(0, 2).contiguous().transpose(0, 2);
    CHECK((r.cells() | ranges::views::transform(&SweepCell::value) | ranges::to<std::vector>()) == before);
}

TEST_CASE("results of other prompts are concatenated, and the numbers of the prompts continue") {
    const SweepResult a = result(), b = result(), c = result();
    const SweepResult all = concatenate({a, b, c});
    CHECK((all.axes.front() == SweepAxis{"prompt", {"0", "1", "2", "3", "4", "5"}}));
    CHECK(std::equal(all.axes.begin() + 1, all.axes.end(), a.axes.begin() + 1, a.axes.end()));
    CHECK(all.values.equal(at::cat({a.values, b.values, c.values})));
    CHECK(all.baseline.equal(at::cat({a.baseline, b.baseline, c.baseline})));
    CHECK(all.source.equal(at::cat({a.source, b.source, c.source})));
    CHECK(all.is_complete());
    CHECK(all.effects().narrow(0, 2, 2).equal(b.effects()));
    CHECK(all.metric == a.metric);
    CHECK(concatenate({a}).values.equal(a.values));
}

TEST_CASE("prompts with their own labels keep them, and a tensor that one result lacks is left out") {
    SweepResult a = result(), b = result();
    a.axes.front().labels = {"Mary", "John"}, b.axes.front().labels = {"Ann", "Tom"};
    a.attribution = a.values, b.source = at::Tensor();
    const SweepResult all = concatenate({a, b});
    CHECK((all.axes.front().labels == std::vector<std::string>{"Mary", "John", "Ann", "Tom"}));
    CHECK_FALSE(all.attribution.defined());
    CHECK_FALSE(all.source.defined());
}

TEST_CASE("results of different sweeps are neither concatenated nor merged") {
    SweepResult other = result(), longer = result();
    other.metric = "loss";
    longer.axes.back().labels.push_back("3");
    CHECK(says(message_of<ValueError>([&] {
                   (void)concatenate({result(), other});
               }),
               "cannot concatenate results with different metrics, 'logit difference' and 'loss'"));
    CHECK(says(message_of<ValueError>([&] { (void)merge({result(), other}); }), "cannot merge results"));
    CHECK(says(message_of<ValueError>([&] {
                   (void)concatenate({result(), longer});
               }),
               "different axes", "without an axis of positions"));
    CHECK(says(message_of<ValueError>([&] { (void)merge({result(), longer}); }), "different axes"));
    CHECK(says(message_of<ValueError>([] { (void)concatenate({}); }), "no result to concatenate"));
    CHECK(says(message_of<ValueError>([] { (void)merge({}); }), "no result to merge"));
}

TEST_CASE("the parts of a sweep run by several processes are merged, each cell from a process that ran it") {
    const SweepResult whole = result();
    SweepResult a = whole, b = whole;
    a.values = whole.values.clone(), a.done = whole.done.clone(), a.ran = whole.ran.clone();
    b.values = whole.values.clone(), b.done = whole.done.clone(), b.ran = whole.ran.clone();
    for (SweepResult* r : {&a, &b}) {  // of the second prompt each knows one layer
        const Index lacks = r == &a ? 0 : 1;
        r->values[1][lacks].fill_(none), r->done[1][lacks].fill_(false), r->ran[1][lacks].fill_(false);
    }
    a.ran[0][0][0].fill_(false);  // known to be the baseline, but b ran it
    a.values[0][0][0].fill_(-7.0);
    const at::Tensor untouched = a.values.clone();
    const SweepResult both = merge({a, b});
    CHECK(both.is_complete());
    CHECK(both.values.equal(whole.values));
    CHECK(both.ran.all().item<bool>());
    CHECK(a.values.nan_to_num(9).equal(untouched.nan_to_num(9)));
    CHECK(merge({b, a}).values.equal(whole.values));
    CHECK(merge({whole, whole}).values.equal(whole.values));
    const SweepResult one = merge({a});
    CHECK(one.done.equal(a.done));
    CHECK_FALSE(one.is_complete());
}

TEST_CASE("every method has its own text, and is found by it") {
    for (const SweepMethod method : sweep_methods) CHECK(sweep_method_of(to_string(method)) == method);
    CHECK(std::string(to_string(SweepMethod::stages_by_position)) == "stages, position by position");
    CHECK_FALSE(sweep_method_of("").has_value());
    CHECK_FALSE(sweep_method_of("stage").has_value());
}

TEST_CASE("a result is printed as what was swept, and how much of it is known") {
    SweepResult r = result();
    std::ostringstream text;
    text << r;
    CHECK(text.str() == r.metric + " of " + r.patching + ": 2 prompt x 2 layer x 3 position, " +
                            std::to_string(r.done.sum().item<Index>()) + " of 12 cells known");
    r.done = at::Tensor();
    text.str("");
    text << r;
    CHECK(says(text.str(), "3 position, nothing known"));
}

TEST_CASE("a method prints its name") {
    std::ostringstream out;
    out << SweepMethod::attribution;
    CHECK(out.str() == to_string(SweepMethod::attribution));
}
