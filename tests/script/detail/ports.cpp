// The ports of a graph made by hand: which values get operators, which sites they have, and how calls are numbered.
#include "suture/script/detail/ports.hpp"

#include <torch/csrc/jit/ir/irparser.h>

#include "doctest.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace suture;
using suture::detail::ScriptCopy;
using suture::detail::ScriptModule;
using suture::detail::ScriptOperators;
using suture::detail::ScriptPorts;
using suture::detail::ScriptSites;
using suture::detail::ScriptValue;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {
using Kind = ScriptValue::Kind;

struct fixture {
    fixture() {
        copy.sites = std::make_shared<ScriptSites>();
        copy.modules.emplace_back().path = "m";
        context->setType(c10::CapsuleType::get());
        call->setType(c10::IntType::get());
    }
    ScriptCopy copy;
    ScriptPorts ports{copy};
    std::shared_ptr<Graph> graph = std::make_shared<Graph>();
    Value* call = graph->addInput("call");
    Value* context = graph->addInput("context");

    /// The operator at an argument of this type, with sites from the `site`-th on.
    Node* operator_at(const c10::TypePtr& type, std::size_t& site) {
        Value* value = graph->addInput();
        value->setType(type);
        return ports.site_operator(copy.modules[0], true, site, value, type, call, context);
    }
    std::size_t count(c10::Symbol what) const {
        std::size_t n = 0;
        for (const Node* node : graph->nodes()) n += node->kind() == what;
        return n;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const Site* site : copy.modules[0].inputs) all.push_back(site->name());
        return all;
    }
};

const c10::TypePtr tensor = c10::TensorType::get(), integer = c10::IntType::get();

}  // namespace

TEST_CASE_FIXTURE(fixture, "a value without tensors gets no operator and takes no site") {
    std::size_t site = 0;
    CHECK(operator_at(integer, site) == nullptr);
    CHECK(operator_at(c10::ListType::create(integer), site) == nullptr);
    CHECK(operator_at(c10::TupleType::create({integer, c10::StringType::get()}), site) == nullptr);
    CHECK(site == 0);
    CHECK(copy.ports.empty());
}

TEST_CASE_FIXTURE(fixture, "each tensor in a value gets the module's next site") {
    std::size_t site = 0;
    REQUIRE(operator_at(tensor, site));
    const auto nested =
        c10::TupleType::create({integer, c10::ListType::create(tensor), c10::OptionalType::create(tensor),
                                c10::DictType::create(c10::StringType::get(), tensor)});
    Node* node = operator_at(nested, site);
    REQUIRE(node);
    CHECK(site == 4);
    CHECK(names() == std::vector<std::string>{"m.input", "m.input.1", "m.input.2", "m.input.3"});
    CHECK(node->kind() == ScriptOperators::all().site);
    CHECK(node->i(c10::attr::value) == 1);
    REQUIRE(copy.ports.size() == 2);
    const ScriptValue& port = copy.ports[1];
    CHECK(port.is == Kind::tuple);
    CHECK(port.inside[0].is == Kind::other);
    CHECK(port.inside[1].is == Kind::list);
    CHECK(port.inside[1].inside[0].site->name() == "m.input.1");
    CHECK(port.inside[2].is == Kind::tensor);
    CHECK(port.inside[3].is == Kind::dict);
}

TEST_CASE_FIXTURE(fixture, "a module that is called again keeps the sites of its first call") {
    std::size_t site = 0;
    (void)operator_at(tensor, site);
    site = 0;
    (void)operator_at(tensor, site);
    CHECK(names() == std::vector<std::string>{"m.input"});
    CHECK(copy.ports[0].site == copy.ports[1].site);
}

TEST_CASE_FIXTURE(fixture, "the type of an operator does not keep the shapes of a trace") {
    std::size_t site = 0;
    Value* value = graph->addInput();
    value->setType(c10::TensorType::createContiguous(at::kFloat, at::kCPU, {2, 3}));
    const Node* node = ports.site_operator(copy.modules[0], false, site, value, value->type(), call, context);
    CHECK(*node->output()->type() == *tensor);
    CHECK(copy.modules[0].outputs.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a module that is called once needs no operator for the number of its call") {
    Node* once = ports.call_operator(0, context);
    graph->insertNode(once);
    Node* twice = ports.call_operator(1, context);
    graph->insertNode(twice);
    graph->insertNode(ports.call_operator(1, context));
    Node* user = graph->insertNode(graph->create(c10::aten::neg, {once->output()}, 1));
    user->output()->setType(integer);
    ports.number_single_calls(*graph);
    CHECK(count(ScriptOperators::all().begin_call) == 2);
    CHECK(torch::jit::toIValue(user->input())->toInt() == 0);
}

TEST_CASE_FIXTURE(fixture, "a call in a loop keeps the operator that numbers it") {
    torch::jit::parseIR(R"IR(
graph(%n : int, %go : bool):
  prim::Loop(%n, %go)
    block0(%i : int):
      -> (%go)
  return (%n)
)IR",
                        graph.get());
    Node* loop = nullptr;
    for (Node* node : graph->nodes())
        if (node->kind() == c10::prim::Loop) loop = node;
    REQUIRE(loop);
    Node* in_loop = ports.call_operator(0, context);
    loop->blocks()[0]->appendNode(in_loop);
    ports.number_single_calls(*graph);
    CHECK(in_loop->owningBlock() == loop->blocks()[0]);
}

TEST_CASE_FIXTURE(fixture, "where a model forks, each operator waits for its turn and visits that") {
    std::size_t site = 0;
    Node* node = operator_at(tensor, site);
    REQUIRE(node);
    graph->insertNode(node);
    ports.take_turns();
    CHECK(count(ScriptOperators::all().turn) == 1);
    const Node* wait = node->input(2)->node();
    CHECK(wait->kind() == c10::aten::wait);
    CHECK(wait->input()->node()->kind() == ScriptOperators::all().turn);
    CHECK(wait->input()->node()->i(c10::attr::value) == node->i(c10::attr::value));
    CHECK(wait->input()->node()->input() == context);
}
