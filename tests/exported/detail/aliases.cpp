#include "suture/exported/detail/aliases.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

using namespace suture::detail;
using namespace suture_test;

namespace {
/// x -> relu -> view -> select, then a write into the selected part; relu -> exp.
struct Written {
    Written() {
        text.input("x", {2, 3}).node("relu", "relu.default", {{"self", tensor("x")}}, {2, 3});
        text.node("view", "view.default", {{"self", tensor("relu")}, {"size", {{"as_ints", {6}}}}}, {6});
        text.node("exp", "exp.default", {{"self", tensor("relu")}}, {2, 3});
        text.node("select", "select.int", {{"self", tensor("view")}, {"dim", number(0)}, {"index", number(1)}},
                  Json::array());
        text.node("add_", "add_.Tensor", {{"self", tensor("select")}, {"other", number(1)}}, Json::array());
        text.output("exp");
    }
    GraphText text;
};
}  // namespace

TEST_CASE("the name of an operator is that between its library and its overload") {
    CHECK(operator_name("torch.ops.aten.softmax.int") == "softmax");
    CHECK(operator_name("torch.ops.aten.linear.default") == "linear");
    CHECK(operator_name("_operator.mul") == "mul");
    CHECK(operator_name("torch.sym_max") == "sym_max");
}

TEST_CASE("views share a class with what they are of, other results do not, and a write reaches the class") {
    RunningGraph graph(Written().text);
    const ExportedAliases& aliases = graph.model.aliases();
    const ValueIndex x = 0, relu = 1, view = 2, exp = 3, select = 4, added = 5;
    CHECK(aliases.of(relu) == aliases.of(view));
    CHECK(aliases.of(relu) == aliases.of(select));
    CHECK(aliases.of(relu) == aliases.of(added));
    CHECK(aliases.of(relu) != aliases.of(x));
    CHECK(aliases.of(relu) != aliases.of(exp));
    CHECK(aliases.is_written(relu));
    CHECK_FALSE(aliases.is_written(exp));
    CHECK(aliases.is_written_from(4, relu));
    CHECK_FALSE(aliases.is_written_from(5, relu));
}

TEST_CASE("the parts of a split, and what dropout may pass on, share storage with their source") {
    GraphText text;
    text.input("x", {2, 4});
    text.describe("a", {2, 2}, 7);
    text.describe("b", {2, 2}, 7);
    text.add("split", "split.Tensor", {{"self", tensor("x")}, {"split_size", number(2)}, {"dim", number(1)}},
             Json::array({tensors({"a", "b"})}), {});
    text.node("drop", "dropout.default",
              {{"input", tensor("b")}, {"p", {{"as_float", 0.1}}}, {"train", {{"as_bool", false}}}}, {2, 2});
    RunningGraph graph(text.output("drop"));
    const ExportedAliases& aliases = graph.model.aliases();
    for (const ValueIndex part : {1, 2, 3}) CHECK(aliases.of(part) == aliases.of(0));
}

TEST_CASE("what einsum, meshgrid and others give shares storage with what they are given, although no schema says so") {
    GraphText text;
    text.input("x", {2, 4}).input("y", {3});
    text.node("turned", "einsum.default", {{"equation", {{"as_string", "ij->ji"}}}, {"tensors", tensors({"x"})}},
              {4, 2});
    text.describe("a", {8, 3}, 7);
    text.describe("b", {8, 3}, 7);
    text.node("flat", "view.default", {{"self", tensor("x")}, {"size", {{"as_ints", {8}}}}}, {8});
    text.add("grid", "meshgrid.default", {{"tensors", tensors({"flat", "y"})}}, Json::array({tensors({"a", "b"})}), {});
    RunningGraph graph(text.output("a").output("turned"));
    const ExportedAliases& aliases = graph.model.aliases();
    for (const ValueIndex shared : {2, 3, 4, 5}) CHECK(aliases.of(shared) == aliases.of(0));
}

TEST_CASE("what one node writes counts as one storage") {
    GraphText text;
    text.input("x", {4}).node("a", "relu.default", {{"self", tensor("x")}}, {4});
    text.node("b", "relu.default", {{"self", tensor("x")}}, {4});
    text.describe("v", {2}, 7);
    text.describe("i", {2}, 5);
    text.add("topk", "topk.values",
             {{"self", tensor("x")}, {"k", number(2)}, {"values", tensor("a")}, {"indices", tensor("b")}},
             Json::array({tensor("v"), tensor("i")}), {});
    RunningGraph graph(text.output("v"));
    CHECK(graph.model.aliases().of(1) == graph.model.aliases().of(2));
    CHECK(graph.model.aliases().is_written(1));
    CHECK_FALSE(graph.model.aliases().is_written(0));
}
