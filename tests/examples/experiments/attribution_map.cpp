// The picture of the attribution and its file: whoever adds up the file's numbers gets the logit difference of the model.
#include "../../../examples/experiments/attribution_map.hpp"

#include <suture/edit/on.hpp>
#include <suture/gpt2/gpt2.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/pictures/csv.hpp>

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <sstream>
#include <string>
#include <vector>

using namespace suture;

namespace {
const at::Tensor ids = at::tensor({3, 1, 4, 1, 5}, at::kLong);
constexpr Index answer = 7, other = 2;

/// A model in which every parameter matters, biases and norms too.
Decoder random_model() {
    Gpt2Config c;
    c.width = 8, c.heads = 2, c.inner = 32, c.layers = 3, c.positions = 16, c.vocabulary = 11;
    Decoder model(c);
    const at::NoGradGuard no_gradients;
    for (const at::Tensor& parameter : model->parameters()) parameter.normal_(0, 0.3);
    return model;
}
/// What the model itself says.
double difference_of(Decoder& model) {
    const at::NoGradGuard no_gradients;
    const at::Tensor last = model->forward(ids.unsqueeze(0))[0][-1];
    return last[answer].sub(last[other]).item<double>();
}
pictures::Drawing drawing_of_attribution(Decoder& model) {
    return pictures::drawing_of(experiments::attribution_map(
        direct_logit_attribution(model, ids, logit_difference(answer, other)), "\"Mary\" - \"John\""));
}
/// The last field of every line but the first.
double sum_of_column(const std::string& csv) {
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    CHECK(line == "row,row_label,column,column_label,metric,value\r");
    double sum = 0;
    while (std::getline(lines, line)) sum += std::stod(line.substr(line.rfind(',') + 1));
    return sum;
}
/// The numbers of a column in rows of a name.
double value_at(const pictures::Table& table, const std::string& row, const std::string& column) {
    for (const auto& cells : table.rows)
        if (cells[1] == row && cells[3] == column) return std::stod(cells[5]);
    FAIL("the table has no ", row, ", ", column);
    return 0;
}
}  // namespace

TEST_CASE("the numbers in the file of the attribution sum to the logit difference") {
    Decoder model = random_model();
    const pictures::Drawing drawn = drawing_of_attribution(model);
    const double difference = difference_of(model);
    CHECK(sum_of_column(pictures::csv_text(drawn.table)) == doctest::Approx(difference).epsilon(1e-5));
    CHECK(drawn.table.rows.size() == 5 * 4);
}

TEST_CASE("the parts that are no head and no MLP have rows of their own") {
    Decoder model = random_model();
    const DirectLogitAttribution parts = direct_logit_attribution(model, ids, logit_difference(answer, other));
    const pictures::Table table = drawing_of_attribution(model).table;
    const auto is = [&](const at::Tensor& part) { return doctest::Approx(part.item<double>()); };
    CHECK(value_at(table, "embedding", "neither") == is(parts.embedding));
    CHECK(value_at(table, "final norm", "neither") == is(parts.norm_bias));
    for (Index layer = 0; layer < 3; ++layer) {
        const std::string row = "layer " + std::to_string(layer);
        CHECK(value_at(table, row, "neither") == is(parts.attention_biases[layer]));
        CHECK(value_at(table, row, "MLP") == is(parts.mlps[layer]));
        for (Index head = 0; head < 2; ++head)
            CHECK(value_at(table, row, std::to_string(head)) == is(parts.heads[layer][head]));
    }
}

TEST_CASE("the numbers of an edited run sum to its own difference, with a row for the edits") {
    Decoder model = random_model();
    const double clean = difference_of(model);
    HookSet hooks;
    hooks.add(model->blocks[1]->resid_pre, on<Resid<dynamic>>(token(-1)).add(at::linspace(-1, 1, 8)));
    const auto scope = hooks.activate();
    const double edited = difference_of(model);
    CHECK(edited != doctest::Approx(clean).epsilon(0.01));
    const pictures::Drawing drawn = drawing_of_attribution(model);
    CHECK(sum_of_column(pictures::csv_text(drawn.table)) == doctest::Approx(edited).epsilon(1e-5));
    CHECK(value_at(drawn.table, "edits", "neither") != 0);
}
