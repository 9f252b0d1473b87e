// Results: effects and what was recovered against the numbers that they come from, tables read back, the correlation
// with an attribution against its formula.
#include "suture/sweep/result.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <locale>
#include <string>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// 2 prompts x 2 layers x 3 tokens.
SweepResult result() {
    SweepResult r;
    r.axes = {{"prompt", {"0", "1"}}, {"layer", {"0", "1"}}, {"token", {"0", "1", "2"}}};
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

TEST_CASE("an effect is the value less the baseline of its prompt") {
    const SweepResult r = result();
    for (Index p = 0; p < 2; ++p) CHECK(r.effects()[p].equal(r.values[p].sub(r.baseline[p])));
    CHECK(r.effects().sizes() == r.values.sizes());
    CHECK(r.effects_of(at::zeros({2, 2, 3}, at::kDouble))[1].equal(at::full({2, 3}, 2.0, at::kDouble)));
}

TEST_CASE("the baseline has recovered nothing, the other run all, and half-way between them is a half") {
    SweepResult r = result();
    r.values.select(2, 0).copy_(r.baseline.unsqueeze(1));
    r.values.select(2, 1).copy_(r.source.unsqueeze(1));
    r.values.select(2, 2).copy_(r.source.add(r.baseline).div(2).unsqueeze(1));
    CHECK(r.recovered().equal(at::tensor({0.0, 1.0, 0.5}, at::kDouble).expand({2, 2, 3})));
}

TEST_CASE("over prompts, a pair whose runs hardly differ counts hardly") {
    SweepResult r = result();
    r.baseline = at::tensor({0.0, 1.0}, at::kDouble), r.source = at::tensor({1e-9, 3.0}, at::kDouble);
    r.values[0].fill_(1e-3), r.values[1].fill_(2);
    CHECK(at::allclose(r.mean_recovered(), at::full({2, 3}, 0.5005, at::kDouble), 1e-6));
    r.values = r.source.view({2, 1, 1}).expand({2, 2, 3}).clone();
    CHECK(at::allclose(r.mean_recovered(), at::ones({2, 3}, at::kDouble)));
}

TEST_CASE("where the two runs do not differ, nothing is recovered that could be told") {
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

TEST_CASE("an axis is found by its name, or the names that there are are told") {
    const SweepResult r = result();
    CHECK(r.axis("prompt") == 0);
    CHECK(r.axis("token") == 2);
    CHECK(message_of<ValueError>([&] { (void)r.axis("head"); }) ==
          "the result has no axis 'head': it has prompt, layer, token");
}

TEST_CASE("a result is complete when every cell is there") {
    SweepResult r = result();
    CHECK(r.is_complete());
    r.ran.fill_(false);
    CHECK(r.is_complete());
    r.done[1][0][2].fill_(false);
    CHECK_FALSE(r.is_complete());
}

TEST_CASE("a table has a line for each cell, with its labels, value and baseline, and gives every number back") {
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
    CHECK((table[0] == std::vector<std::string>{"prompt", "layer", "token", "value", "baseline", "ran"}));
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

TEST_CASE("labels that hold commas, quotes, line ends or outer spaces come back from a table as they are") {
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

TEST_CASE("a table of values that lie otherwise in memory is the same") {
    SweepResult r = result();
    const std::string text = csv_text(r);
    r.values = r.values.transpose(0, 2).contiguous().transpose(0, 2);
    CHECK_FALSE(r.values.is_contiguous());
    CHECK(csv_text(r) == text);
}

TEST_CASE("numbers in a table are written the same wherever the program thinks that it is") {
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

TEST_CASE("an attribution that tells all is correlated by 1, its opposite by -1, whatever scale and offset they have") {
    SweepResult r = result();
    r.attribution = r.values.clone();
    CHECK(attribution_correlation(r) == doctest::Approx(1).epsilon(1e-12));
    r.attribution = r.effects().mul(3).add(r.values.sub(r.effects()));
    CHECK(attribution_correlation(r) == doctest::Approx(1).epsilon(1e-12));
    r.attribution = r.effects().neg().add(r.values.sub(r.effects()));
    CHECK(attribution_correlation(r) == doctest::Approx(-1).epsilon(1e-12));
}

TEST_CASE("only cells that were run count, by their effects and not by their values") {
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

TEST_CASE("where there is nothing to correlate the answer is no number") {
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
