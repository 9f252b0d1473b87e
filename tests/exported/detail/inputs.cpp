#include "suture/exported/detail/inputs.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using namespace suture_test;
using suture::detail::ExportedInputs;

namespace {
struct fixture {
    fixture() {
        text.input("ids", {"b", "t"}, 5).constant("use_cache", {{"as_bool", false}}).input("mask", {"b", 4});
        text.ranges = {{"b", {{"min_val", 2}, {"max_val", 8}}}, {"t", {{"min_val", 3}, {"max_val", nullptr}}}};
        text.node("y", "relu.default", {{"self", tensor("mask")}}, {"b", 4}).output("y");
        graph = text.read();
    }
    using Named = std::vector<std::pair<std::string, c10::IValue>>;
    std::vector<c10::IValue> sorted(std::vector<c10::IValue> given, const Named& named = {}) const {
        return ExportedInputs(graph).sorted(std::move(given), named);
    }
    template <class E>
    std::string refusal(std::vector<c10::IValue> given, Named named = {}) const {
        return message_of<E>([&] { sorted(std::move(given), named); });
    }
    GraphText text;
    suture::detail::ExportedGraph graph;
    at::Tensor ids = at::zeros({2, 5}, at::kLong), mask = at::zeros({2, 4});
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "inputs are given in their order, by their names, or both") {
    for (const auto& given :
         {sorted({ids, mask}), sorted({}, {{"mask", mask}, {"ids", ids}}), sorted({ids}, {{"mask", mask}})}) {
        CHECK(given[0].toTensor().is_same(ids));
        CHECK(given[2].toTensor().is_same(mask));
    }
    sorted({ids, mask}, {{"use_cache", false}});
    sorted({ids.narrow(0, 0, 1), mask.narrow(0, 0, 1)});  // a least size of 2 is a habit of tracing
}

TEST_CASE_FIXTURE(fixture, "inputs that are missing, unknown, given twice or too many are refused by name") {
    CHECK(says(refusal<ModelError>({ids}), "input mask is missing", "takes ids, mask"));
    CHECK(says(refusal<ModelError>({ids, mask, mask}), "takes ids, mask", "3 arguments"));
    CHECK(says(refusal<ModelError>({ids, mask}, {{"ids", ids}}), "ids is given twice"));
    CHECK(says(refusal<ModelError>({}, {{"id", ids}}), "no input \"id\"", "ids"));
    CHECK(
        says(refusal<ModelError>({ids, mask}, {{"use_cache", true}}), "use_cache is fixed", "export the model again"));
}

TEST_CASE_FIXTURE(fixture, "inputs of another kind, dtype, rank or size are refused with what was exported") {
    CHECK(says(refusal<TypeError>({3, mask}), "ids is a tensor"));
    CHECK(says(refusal<TypeError>({at::Tensor(), mask}), "ids is a tensor"));
    CHECK(says(refusal<TypeError>({ids.to(at::kInt), mask}), "ids is", "exported for int64", "convert it"));
    CHECK(says(refusal<ShapeError>({ids[0], mask}), "[5]", "[b (at most 8), t]", "as many axes"));
    CHECK(says(refusal<ShapeError>({ids, mask.narrow(1, 0, 3)}), "mask has shape [2, 3]", "axis 1 is fixed",
               "dynamic_shapes"));
    CHECK(says(refusal<ShapeError>({at::zeros({9, 5}, at::kLong), at::zeros({9, 4})}), "at most 8",
               "export the model for more"));
    CHECK(says(refusal<ShapeError>({ids.narrow(1, 0, 2), mask}), "t at least 3"));
    CHECK(says(refusal<ShapeError>({ids, at::zeros({3, 4})}), "b is 2 from ids axis 0", "sizes that agree"));
}

TEST_CASE("a number is an input as well") {
    GraphText text;
    text.input("x", {2});
    text.inputs.push_back(size_value("n"));
    text.input_specs.push_back({{"user_input", {{"arg", size_value("n")}}}});
    text.node("y", "mul.Tensor", {{"self", tensor("x")}, {"other", size_value("n")}}, {2}).output("y");
    RunningGraph graph(text);
    CHECK(graph({at::ones({2}), 3}).equal(at::full({2}, 3)));
    CHECK(says(message_of<TypeError>([&] {
                   ExportedInputs(graph.model.graph()).sorted({at::ones({2}), at::ones({2})}, {});
               }),
               "input n is an integer"));
}

TEST_CASE("a size that follows from another is compared, whichever comes first, and shown as people write it") {
    const std::string twice = "Mul(Integer(2), Symbol('n', positive=True, integer=True))";
    for (const bool is_first : {false, true}) {
        GraphText text;
        if (is_first) text.input("pairs", {twice});
        text.input("x", {"n"});
        if (!is_first) text.input("pairs", {twice});
        text.node("y", "relu.default", {{"self", tensor("x")}}, {"n"}).output("y");
        const auto graph = text.read();
        const auto given = [&](Index n, Index pairs) {
            ExportedInputs(graph).sorted({}, {{"x", at::zeros({n})}, {"pairs", at::zeros({pairs})}});
        };
        given(3, 6);
        given(1, 2);
        CHECK(says(message_of<ShapeError>([&] { given(3, 7); }), "input pairs has shape [7]", "[2*n]", "2*n is 6",
                   "n is 3 from x axis 0", "sizes that agree"));
    }
}

TEST_CASE("a size of which nothing is known passes") {
    GraphText text;
    text.input("x", {"FloorDiv(Symbol('k', integer=True), Integer(2))"}).output("x");
    const auto graph = text.read();
    ExportedInputs(graph).sorted({at::zeros({5})}, {});
}
