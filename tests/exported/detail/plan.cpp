#include "suture/exported/detail/plan.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture::detail;
using namespace suture_test;
using suture::FileError;

namespace {
/// relu(x) twice: once in a block within a block, and added to itself outside.
GraphText nested() {
    GraphText text;
    text.input("x", {2, 3}).node("a", "relu.default", {{"self", tensor("x")}}, {2, 3}, "outer;outer.inner");
    text.node("b", "exp.default", {{"self", tensor("a")}}, {2, 3}, "outer");
    return text.node("c", "add.Tensor", {{"self", tensor("b")}, {"other", tensor("x")}}, {2, 3}).output("c");
}
std::size_t ports(const ExportedPlan& plan) {
    std::size_t count = 0;
    for (const PlanStep& step : plan.steps) count += step.port ? 1 : 0;
    return count;
}
}  // namespace

TEST_CASE("a plan with sites gives what the plan without gives") {
    RunningGraph graph(nested());
    const at::Tensor x = at::randn({2, 3});
    CHECK(graph({x}).equal(x.relu().exp() + x));
    CHECK(graph.with_sites({x}).equal(graph({x})));
    CHECK(ports(*graph.model.plain_plan()) == 0);
    // The model's output and input; output and input of both modules.
    CHECK(ports(*graph.model.plan_with_sites()) == 6);
}

TEST_CASE("a value is let go at its last use, whatever the sites") {
    RunningGraph graph(nested());
    for (const ExportedPlan* plan : {graph.model.plain_plan().get(), graph.model.plan_with_sites().get()}) {
        std::vector<int> last(plan->slots), read(plan->slots);
        const auto note = [&](const PlanItem& item) {
            if (item.slot == no_value) return;
            CHECK_FALSE(last[item.slot] > 0);  // nothing reads it afterwards
            ++read[item.slot];
            last[item.slot] += item.is_last ? 1 : 0;
        };
        for (const PlanStep& step : plan->steps) {
            for (const PlanArgument& argument : step.arguments)
                for (const PlanItem& item : argument.items) note(item);
            if (step.port) {
                note(step.from);
                last[step.to] = 0;
            }
        }
        for (const PlanItem& item : plan->outputs) note(item);
        for (std::size_t slot = 0; slot < plan->slots; ++slot) CHECK((read[slot] == 0 || last[slot] == 1));
    }
}

TEST_CASE("behind one node the innermost output comes first, and before one the outermost input") {
    GraphText text;
    text.input("x", {2}).node("a", "relu.default", {{"self", tensor("x")}}, {2}, "outer;outer.inner").output("a");
    RunningGraph graph(text);
    std::vector<std::string> order;
    for (const PlanStep& step : graph.model.plan_with_sites()->steps)
        if (step.port) order.push_back(step.port->site.name());
    CHECK(order == std::vector<std::string>{"input", "outer.input", "outer.inner.input", "outer.inner", "outer",
                                            "the model's output"});
}

TEST_CASE("a buffer that a node writes is copied for each pass, other weights are shared") {
    GraphText text;
    text.input("x", {2}).buffer("calls", {2}).parameter("weight", {2});
    text.node("add_", "add_.Tensor", {{"self", tensor("b_calls")}, {"other", number(1)}}, {2});
    text.node("m", "mul.Tensor", {{"self", tensor("add_")}, {"other", tensor("p_weight")}}, {2});
    text.node("y", "add.Tensor", {{"self", tensor("m")}, {"other", tensor("x")}}, {2}).output("y");
    const at::Tensor calls = at::zeros({2});
    RunningGraph graph(text, {{"calls", calls}, {"weight", at::full({2}, 3)}});
    CHECK(graph.model.plain_plan()->copied_weights.size() == 1);
    for (int i = 0; i < 3; ++i) CHECK(graph({at::ones({2})}).equal(at::full({2}, 4)));
    CHECK(calls.equal(at::zeros({2})));
}

TEST_CASE("a parameter that a node writes without gradients has its gradient all the same") {
    GraphText text;
    text.input("x", {2}).parameter("w", {2});
    text.node("div_", "div_.Tensor", {{"self", tensor("p_w")}, {"other", number(2)}}, {2});
    text.node("y", "mul.Tensor", {{"self", tensor("x")}, {"other", tensor("div_")}}, {2}).output("y");
    const at::Tensor w = at::ones({2}).requires_grad_();
    RunningGraph graph(text, {{"w", w}});
    graph({at::full({2}, 3)}).sum().backward();
    CHECK(w.grad().equal(at::full({2}, 1.5)));
    CHECK(w.detach().equal(at::ones({2})));
}

TEST_CASE("weights that share storage and are written are refused") {
    GraphText text;
    text.input("x", {2}).buffer("a", {2}).buffer("b", {2});
    text.node("add_", "add_.Tensor", {{"self", tensor("b_a")}, {"other", number(1)}}, {2});
    text.node("y", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("b_b")}}, {2}).output("y");
    const at::Tensor a = at::zeros({2});
    CHECK(says(message_of<FileError>([&] {
                   RunningGraph(text, {{"a", a}, {"b", a.view({2})}});
               }),
               "b_a", "shares its storage with b_b"));
}

TEST_CASE("an operator that may return its input counts as a view of it") {
    GraphText text;
    text.input("x", {1, 2}).node("two", "atleast_2d.default", {{"self", tensor("x")}}, {1, 2});
    text.node("add_", "add_.Tensor", {{"self", tensor("two")}, {"other", number(1)}}, {1, 2}).output("add_");
    RunningGraph graph(text);
    const at::Tensor x = at::ones({1, 2});
    CHECK(graph({x}).equal(at::full({1, 2}, 2)));
    CHECK(x.equal(at::ones({1, 2})));
}

TEST_CASE("an input of the user that the graph writes stays as it is") {
    GraphText text;
    text.input("x", {2}).node("y", "mul_.Tensor", {{"self", tensor("x")}, {"other", number(2)}}, {2}).output("y");
    RunningGraph graph(text);
    const at::Tensor x = at::ones({2});
    CHECK(graph({x}).equal(at::full({2}, 2)));
    CHECK(x.equal(at::ones({2})));
}

TEST_CASE("a list of results is given to its values, and those that nothing reads are dropped") {
    GraphText text;
    text.input("x", {2, 4});
    for (const char* part : {"a", "b"}) text.describe(part, {2, 2}, 7);
    text.add("split", "split.Tensor", {{"self", tensor("x")}, {"split_size", number(2)}, {"dim", number(1)}},
             Json::array({tensors({"a", "b"})}), {});
    RunningGraph graph(text.output("b"));
    const at::Tensor x = at::randn({2, 4});
    CHECK(graph({x}).equal(x.narrow(1, 2, 2)));
    CHECK(graph.model.plain_plan()->steps[0].results[0].slots[0] == no_value);
}

TEST_CASE("a pass leaves autograd out only if no result shares storage with what it was given") {
    CHECK(RunningGraph(nested()).model.plain_plan()->is_self_contained);
    GraphText view;
    view.input("x", {2, 3})
        .node("y", "view.default", {{"self", tensor("x")}, {"size", {{"as_ints", {6}}}}}, {6})
        .output("y");
    RunningGraph graph(view);
    CHECK_FALSE(graph.model.plain_plan()->is_self_contained);
    const at::NoGradGuard no_grad;
    CHECK(graph({at::ones({2, 3})}).is_view());

    RunningGraph self(nested());
    const at::Tensor x = at::randn({2, 3});
    const at::Tensor without = self({x});
    at::AutoGradMode gradients(true);
    CHECK(self({x}).equal(without));
    CHECK(self({x.clone().requires_grad_()}).requires_grad());
}
