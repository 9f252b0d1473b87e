// The operators of instrumented graphs, in graphs made by hand, with a context that writes down how it is called.
#include "suture/script/detail/operators.hpp"

#include "suture/script/detail/ports.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>

#include "doctest.hpp"

#include <memory>
#include <string>
#include <utility>

using suture::detail::script_node;
using suture::detail::ScriptContext;
using suture::detail::ScriptFuture;
using suture::detail::ScriptOperators;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

struct Logging final : ScriptContext {
    std::string log;

    void visit(std::int64_t port, std::int64_t call, c10::IValue& value) override {
        log += "visit " + std::to_string(port) + " in call " + std::to_string(call) + "; ";
        value = value.toTensor() * 2;
    }
    std::int64_t begin_call(std::int64_t module) override {
        log += "call of " + std::to_string(module) + "; ";
        return 7;
    }
    void call_unfollowed(const c10::IValue& module) override {
        log += "unfollowed " + std::to_string(module.toInt()) + "; ";
    }
    void fork(const ScriptFuture&) override { log += "fork; "; }
    ScriptFuture turn(std::int64_t port) override {
        log += "turn " + std::to_string(port) + "; ";
        return c10::make_intrusive<c10::ivalue::Future>(c10::CapsuleType::get());
    }
};

struct fixture {
    c10::intrusive_ptr<Logging> context = c10::make_intrusive<Logging>();

    /// The result of a graph of one operator, whose last input is the context; "nothing" if the operator has none.
    c10::IValue run(c10::Symbol what, std::vector<c10::IValue> inputs, const std::vector<c10::TypePtr>& types,
                    const c10::TypePtr& gives, std::size_t number = 0) const {
        const auto graph = std::make_shared<Graph>();
        std::vector<Value*> values;
        for (const c10::TypePtr& type : types) {
            values.push_back(graph->addInput());
            values.back()->setType(type);
        }
        values.push_back(graph->addInput());
        values.back()->setType(c10::CapsuleType::get());
        Node* node = graph->insertNode(script_node(*graph, what, values, gives, number));
        graph->registerOutput(gives ? node->output() : graph->insertConstant("nothing"));
        torch::jit::GraphFunction function(c10::QualifiedName("f"), graph, nullptr,
                                           torch::jit::ExecutorExecutionMode::SIMPLE);
        inputs.push_back(c10::IValue::make_capsule(context));
        function.run(inputs);
        return inputs.front();
    }
};

}  // namespace

TEST_CASE("the operators are registered once and have names with a version") {
    const ScriptOperators again;
    CHECK(again.site == ScriptOperators::all().site);
    for (const c10::Symbol each : {again.begin_call, again.site, again.unfollowed, again.fork, again.turn}) {
        CHECK(torch::jit::getAllOperatorsFor(each).size() == 1);
        CHECK(std::string(each.toQualString()).rfind("_v2") != std::string::npos);
    }
}

TEST_CASE_FIXTURE(fixture, "a call gets its number from the context") {
    const auto number = run(ScriptOperators::all().begin_call, {}, {}, c10::IntType::get(), 3);
    CHECK(number.toInt() == 7);
    CHECK(context->log == "call of 3; ");
}

TEST_CASE_FIXTURE(fixture, "a value visits its port, and what the visit leaves goes on") {
    const auto value = run(ScriptOperators::all().site, {at::ones({2}), 5},
                           {c10::TensorType::get(), c10::IntType::get()}, c10::TensorType::get(), 4);
    CHECK(value.toTensor().equal(at::full({2}, 2.0f)));
    CHECK(context->log == "visit 4 in call 5; ");
}

TEST_CASE_FIXTURE(fixture, "an unfollowed call reports its module and leaves nothing") {
    const auto nothing = run(ScriptOperators::all().unfollowed, {11}, {c10::IntType::get()}, nullptr);
    CHECK(nothing.toStringRef() == "nothing");
    CHECK(context->log == "unfollowed 11; ");
}

TEST_CASE_FIXTURE(fixture, "a fork hands its future to the context and passes it on") {
    const auto type = c10::FutureType::create(c10::IntType::get());
    const auto future = c10::make_intrusive<c10::ivalue::Future>(c10::IntType::get());
    const auto same = run(ScriptOperators::all().fork, {future}, {type}, type);
    CHECK(same.toFuture() == future);
    CHECK(context->log == "fork; ");
}

TEST_CASE_FIXTURE(fixture, "a turn is a future that the context makes for the port") {
    const auto turn = run(ScriptOperators::all().turn, {}, {}, c10::FutureType::create(c10::CapsuleType::get()), 6);
    CHECK_FALSE(turn.toFuture()->completed());
    CHECK(context->log == "turn 6; ");
}
