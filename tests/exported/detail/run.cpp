#include "suture/exported/detail/run.hpp"

#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <stdexcept>

using namespace suture;
using namespace suture_test;

namespace {
/// lin = 2 x in a module, then a write into it, relu_ in the next module.
GraphText in_place() {
    GraphText text;
    text.input("x", {3}).node("lin", "mul.Tensor", {{"self", tensor("x")}, {"other", number(2)}}, {3}, "lin");
    text.node("relu_", "relu_.default", {{"self", tensor("lin")}}, {3}, "act");
    return text.node("y", "add.Tensor", {{"self", tensor("relu_")}, {"other", number(1)}}, {3}).output("y");
}
const at::Tensor x = at::tensor({-1.0f, 0.5f, 2.0f});
const at::Tensor clean = (x * 2).relu() + 1;

struct fixture {
    RunningGraph graph{in_place()};
    HookSet hooks;
    at::Tensor hooked() {
        const auto scope = hooks.activate();
        return graph.with_sites({x});
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "a hook at a value that a later node writes sees it unwritten, and the model goes on with its own") {
    at::Tensor seen;
    hooks.add(SiteRef<AnyLayout>(graph.site("lin")), [&](const at::Tensor& t) { seen = t.clone(); });
    CHECK(hooked().equal(clean));
    CHECK(seen.equal(x * 2));
}

TEST_CASE_FIXTURE(fixture, "what a recorder keeps of such a value stays as it was, also with gradients") {
    Latest<AnyLayout> latest;
    const SiteRef<AnyLayout> lin(graph.site("lin"));
    hooks.add(lin, latest);
    CHECK(hooked().equal(clean));
    CHECK(at::Tensor(latest["lin"]).equal(x * 2));
}

TEST_CASE_FIXTURE(fixture, "a replacement of such a value is what the later node writes, and nobody else's") {
    const at::Tensor mine = at::full({3}, -5.0);
    hooks.add(SiteRef<AnyLayout>(graph.site("lin")), [&](const at::Tensor&) { return mine; });
    CHECK(hooked().equal(at::ones({3})));
    CHECK(mine.equal(at::full({3}, -5.0)));
}

TEST_CASE_FIXTURE(fixture, "gradients reach a hook at a value that a later node writes") {
    at::Tensor gradient;
    hooks.add_backward(SiteRef<AnyLayout>(graph.site("lin")), [&](const at::Tensor& g) { gradient = g.clone(); });
    const at::Tensor leaf = x.clone().requires_grad_();
    {
        const auto scope = hooks.activate();
        graph.with_sites({leaf}).sum().backward();
    }
    CHECK(gradient.equal(x.gt(0).to(at::kFloat)));
    CHECK(leaf.grad().equal(x.gt(0).to(at::kFloat) * 2));
}

TEST_CASE("a value that is read under an older name after a write keeps its storage when a hook looks") {
    GraphText text;
    text.input("x", {3}).node("base", "mul.Tensor", {{"self", tensor("x")}, {"other", number(2)}}, {3});
    text.node("view", "view.default", {{"self", tensor("base")}, {"size", {{"as_ints", {3}}}}}, {3}, "part");
    text.node("add_", "add_.Tensor", {{"self", tensor("view")}, {"other", number(1)}}, {3});
    RunningGraph graph(text.node("y", "mul.Tensor", {{"self", tensor("base")}, {"other", number(1)}}, {3}).output("y"));
    HookSet hooks;
    at::Tensor seen;
    hooks.add(SiteRef<AnyLayout>(graph.site("part")), [&](const at::Tensor& t) { seen = t.clone(); });
    const auto scope = hooks.activate();
    CHECK(graph.with_sites({x}).equal(x * 2 + 1));
    CHECK(seen.equal(x * 2));
    CHECK(graph.with_sites({x.clone().requires_grad_()}).equal(x * 2 + 1));
}

TEST_CASE("an operator that LibTorch refuses is named with its module, and the exception of a hook passes") {
    GraphText text;
    text.input("x", {3}).input("w", {3});
    text.node("y", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("w")}}, {3}, "sum").output("y");
    RunningGraph graph(text);
    CHECK(says(message_of<ModelError>([&] {
                   graph({x, at::ones({4})});
               }),
               "node y (torch.ops.aten.add.Tensor) of sum", "LibTorch refused it", "check what it was given"));
    HookSet hooks;
    hooks.add(SiteRef<AnyLayout>(graph.site("sum")), [](const at::Tensor&) { throw std::runtime_error("mine"); });
    const auto scope = hooks.activate();
    CHECK(says(message_of<HookError>([&] { graph.with_sites({x, x}); }), "sum: the hook threw: mine"));
    CHECK(graph({x, x}).equal(x + x));
}

TEST_CASE("nodes of a sub-graph without gradients make none") {
    GraphText inner;
    inner.node("b", "mul.Tensor", {{"self", tensor("in")}, {"other", number(3)}}, {3});
    const Json sub{{"inputs", {tensor("in")}},
                   {"outputs", {tensor("b")}},
                   {"nodes", inner.nodes},
                   {"tensor_values", inner.tensor_values}};
    GraphText text;
    text.input("x", {3}).node("a", "mul.Tensor", {{"self", tensor("x")}, {"other", number(2)}}, {3});
    text.describe("out", {3}, 7);
    text.add("wrapped", "torch.ops.higher_order.wrap_with_set_grad_enabled",
             {{"", {{"as_bool", false}}}, {"", {{"as_graph", {{"name", "s"}, {"graph", sub}}}}}, {"", tensor("a")}},
             Json::array({tensors({"out"})}), {});
    text.node("y", "add.Tensor", {{"self", tensor("a")}, {"other", tensor("out")}}, {3}).output("y");
    RunningGraph graph(text);
    const at::Tensor leaf = x.clone().requires_grad_();
    graph({leaf}).sum().backward();
    CHECK(leaf.grad().equal(at::full({3}, 2)));
    CHECK(at::GradMode::is_enabled());
}

TEST_CASE("an operator that returns two of its arguments returns them whole") {
    GraphText text;
    text.input("x", {3});
    for (const auto& [name, dtype] : {std::pair<std::string, int>{"a", 7}, {"b", 5}})
        text.node(name, "empty.memory_format",
                  {{"size", Json{{"as_ints", {2}}}}, {"dtype", Json{{"as_scalar_type", dtype}}}}, {2});
    text.describe("v", {2}, 7);
    text.describe("i", {2}, 5);
    text.add("topk", "topk.values",
             {{"self", tensor("x")}, {"k", number(2)}, {"values", tensor("a")}, {"indices", tensor("b")}},
             Json::array({tensor("v"), tensor("i")}), {});
    RunningGraph graph(text.output("v").output("i"));
    for (int i = 0; i < 3; ++i) {
        const auto results = graph.run(*graph.model.plain_plan(), {at::tensor({1.0f, 3.0f, 2.0f})});
        CHECK(results[0].toTensor().equal(at::tensor({3.0f, 2.0f})));
        CHECK(results[1].toTensor().equal(at::tensor({1, 2}, at::kLong)));
    }
}
