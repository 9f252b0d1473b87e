#include "suture/exported/detail/random.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <ATen/ATen.h>

using namespace suture::detail;
using namespace suture_test;

namespace {
Json real(double value) { return {{"as_float", value}}; }
Json truth(bool value) { return {{"as_bool", value}}; }

/// Whether a model of this one node draws.
bool draws(const std::string& target, const GraphText::Arguments& arguments) {
    GraphText text;
    text.input("x", {1, 1, 2, 3}).node("y", target, arguments, {1, 1, 2, 3}).output("y");
    const ExportedGraph graph = text.read();
    return draws_random_numbers(graph.nodes.front(), OperatorFinder::prepared(graph.nodes.front()));
}
}  // namespace

TEST_CASE("dropout draws random numbers unless the file switches it off") {
    const auto x = tensor("x");
    CHECK(draws("dropout.default", {{"input", x}, {"p", real(0.1)}, {"train", truth(true)}}));
    CHECK_FALSE(draws("dropout.default", {{"input", x}, {"p", real(0.1)}, {"train", truth(false)}}));
    CHECK_FALSE(draws("dropout.default", {{"input", x}, {"p", real(0)}, {"train", truth(true)}}));
    const GraphText::Arguments attention{{"query", x}, {"key", x}, {"value", x}};
    CHECK_FALSE(draws("scaled_dot_product_attention.default", attention));
    GraphText::Arguments dropping = attention;
    dropping.emplace_back("dropout_p", real(0.1));
    if (c10::Dispatcher::singleton().findSchema({"aten::scaled_dot_product_attention", ""}))
        CHECK(draws("scaled_dot_product_attention.default", dropping));
}

TEST_CASE("a norm of the batch keeps statistics while it is trained") {
    const Json none{{"as_none", true}};
    for (const bool training : {false, true}) {
        const GraphText::Arguments norm{
            {"input", tensor("x")},  {"weight", none},      {"bias", none},
            {"running_mean", none},  {"running_var", none}, {"training", truth(training)},
            {"momentum", real(0.1)}, {"eps", real(1e-5)},   {"cudnn_enabled", truth(false)}};
        CHECK(draws("batch_norm.default", norm) == training);
    }
}

TEST_CASE("what draws by its name draws, and arithmetic does not") {
    CHECK(draws("rand_like.default", {{"self", tensor("x")}}));
    CHECK(draws("bernoulli.default", {{"self", tensor("x")}}));
    CHECK_FALSE(draws("relu.default", {{"self", tensor("x")}}));
    CHECK_FALSE(draws("add.Tensor", {{"self", tensor("x")}, {"other", tensor("x")}}));
}
