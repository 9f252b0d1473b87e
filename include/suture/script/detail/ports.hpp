// The ports of an instrumented TorchScript graph: operators at the tensors in the arguments and results of submodules,
// and the numbers of their calls.
#pragma once

#include "suture/script/detail/copy.hpp"
#include "suture/script/detail/operators.hpp"

#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// A node of one of the ScriptOperators, not yet inserted into the graph.
inline torch::jit::Node* script_node(torch::jit::Graph& graph, c10::Symbol what,
                                     at::ArrayRef<torch::jit::Value*> inputs, const c10::TypePtr& gives,
                                     std::size_t number = 0) {
    torch::jit::Node* node = graph.create(what, inputs, gives ? 1 : 0);
    node->i_(c10::attr::value, static_cast<std::int64_t>(number));
    if (gives) node->output()->setType(gives);
    return node;
}

/// Makes the operators, and records in the copy what each of them is for.
class ScriptPorts {
    using Node = torch::jit::Node;
    using Value = torch::jit::Value;

public:
    explicit ScriptPorts(ScriptCopy& copy) : copy_(copy) {}

    /// An operator that numbers the calls of a module.
    Node* call_operator(std::size_t module, Value* context) {
        Node* node = script_node(*context->owningGraph(), ScriptOperators::all().begin_call, {context},
                                 c10::IntType::get(), module);
        call_nodes_[module].push_back(node);
        return node;
    }

    /// An operator for a value of a type, with a site for each tensor in it, from the `site`-th site of the module on; null
    /// if the type holds no tensor.
    Node* site_operator(ScriptModule& module, bool input, std::size_t& site, Value* value, const c10::TypePtr& type,
                        Value* call, Value* context) {
        const std::size_t first = site;
        ScriptValue port = value_of(type, module, input, site);
        if (site == first) return nullptr;
        // The types of a trace have the shapes and requires_grad of the traced pass.
        Node* node = script_node(*context->owningGraph(), ScriptOperators::all().site, {value, call, context},
                                 c10::unshapedType(value->type()), copy_.ports.size());
        copy_.ports.push_back(std::move(port));
        site_nodes_.push_back(node);
        return node;
    }

    /// A module that is called once per pass needs no operator to number its calls: the number is 0.
    void number_single_calls(torch::jit::Graph& graph) {
        for (const auto& [module, calls] : call_nodes_) {
            Node* call = calls.front();
            if (calls.size() > 1 || call->owningGraph() != &graph || is_in_loop(call)) continue;
            const torch::jit::WithInsertPoint at(call);
            call->output()->replaceAllUsesWith(graph.insertConstant(0));
            call->destroy();
        }
    }

    /// In a model that forks, each operator at a site waits for a turn of the pass, and visits that instead of the pass.
    void take_turns() {
        for (Node* site : site_nodes_) {
            torch::jit::Graph& graph = *site->owningGraph();
            const c10::TypePtr one = c10::CapsuleType::get();
            Node* turn = script_node(graph, ScriptOperators::all().turn, {site->input(2)}, c10::FutureType::create(one),
                                     static_cast<std::size_t>(site->i(c10::attr::value)));
            Node* wait = graph.create(c10::aten::wait, {turn->output()}, 1);
            wait->output()->setType(one);
            turn->insertBefore(site);
            wait->insertBefore(site);
            site->replaceInput(2, wait->output());
        }
    }

private:
    static bool is_in_loop(Node* node) {
        for (node = node->owningBlock()->owningNode(); node; node = node->owningBlock()->owningNode())
            if (node->kind() == c10::prim::Loop) return true;
        return false;
    }

    ScriptValue value_of(const c10::TypePtr& type, ScriptModule& module, bool input, std::size_t& site) {
        using Kind = ScriptValue::Kind;
        ScriptValue value;
        if (type->kind() == c10::TypeKind::TensorType) {
            std::vector<const Site*>& sites = input ? module.inputs : module.outputs;
            if (site == sites.size()) sites.push_back(&copy_.sites->at(module.path, input, site));
            value.is = Kind::tensor;
            value.site = sites[site++];
        } else if (const auto optional = type->cast<c10::OptionalType>()) {
            return value_of(optional->getElementType(), module, input, site);
        } else if (const auto tuple = type->cast<c10::TupleType>()) {
            value.is = Kind::tuple;
            for (const auto& element : tuple->elements())
                value.inside.push_back(value_of(element, module, input, site));
        } else if (const auto list = type->cast<c10::ListType>()) {
            value.is = Kind::list;
            value.inside.push_back(value_of(list->getElementType(), module, input, site));
        } else if (const auto dict = type->cast<c10::DictType>()) {
            value.is = Kind::dict;
            value.inside.push_back(value_of(dict->getValueType(), module, input, site));
        }
        return value;
    }

    ScriptCopy& copy_;
    std::unordered_map<std::size_t, std::vector<Node*>> call_nodes_;  ///< by module
    std::vector<Node*> site_nodes_;
};

}  // namespace suture::detail
