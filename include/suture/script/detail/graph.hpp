// Instruments a TorchScript model: copies its forward, inlines the calls of submodules one by one, and puts an operator
// at the arguments and the result of each submodule. The model itself is read and never written.
// Law: without hooks, the copy returns what the model returns.
#pragma once

#include "suture/hook/sites.hpp"
#include "suture/script/detail/copy.hpp"
#include "suture/script/detail/forward.hpp"
#include "suture/script/detail/operators.hpp"
#include "suture/script/detail/ports.hpp"
#include "suture/tensor/error.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// Makes one copy.
class ScriptInstrumenter {
    using Node = torch::jit::Node;
    using Value = torch::jit::Value;
    using GraphFunction = torch::jit::GraphFunction;

public:
    /// @throws HookError if the module has no forward that is TorchScript
    static std::shared_ptr<const ScriptCopy> instrumented(const torch::jit::Module& model,
                                                          std::shared_ptr<ScriptSites> sites) {
        const auto forward = model.find_method("forward");
        GraphFunction* function = forward ? torch::jit::tryToGraphFunction(forward->function()) : nullptr;
        if (!function)
            throw HookError("this TorchScript module has no forward: load a model that was traced or scripted");
        ScriptInstrumenter work;
        work.copy_->sites = std::move(sites);
        work.add_module(model, "");
        work.copy_forward(model, *function);
        return std::move(work.copy_);
    }

private:
    ScriptInstrumenter() : copy_(std::make_shared<ScriptCopy>()) {}

    void add_module(const torch::jit::Module& module, const std::string& path) {
        const auto [first, is_new] = copy_->index.emplace(module._ivalue().get(), copy_->modules.size());
        if (!is_new) {  // a module with two names has its sites once, as in parameters()
            copy_->other_paths.emplace(path, copy_->modules[first->second].path);
            return;
        }
        copy_->modules.emplace_back().path = path;
        copy_->modules.back().object = module._ivalue();
        for (const auto& child : module.named_children()) add_module(child.value, joined_path(path, child.name));
    }

    void copy_forward(const torch::jit::Module& model, GraphFunction& forward) {
        forward.ensure_defined();
        const auto graph = forward.graph()->copy();
        Value* context = add_context(*graph);
        known_.emplace(graph->inputs()[0], model._ivalue());

        instrument(graph->block(), context);
        add_own_sites(*graph, context);
        ports_.number_single_calls(*graph);
        if (forks_) ports_.take_turns();
        // The simple executor: the profiling one recompiles for each new kind of input, which costs more than it gains
        // here, and fails when a pass in inference mode follows one with gradients.
        copy_->forward = std::make_unique<GraphFunction>(c10::QualifiedName("forward"), graph, nullptr,
                                                         torch::jit::ExecutorExecutionMode::SIMPLE);
    }

    /// Nothing calls the model itself: its sites are where the graph begins and ends.
    void add_own_sites(torch::jit::Graph& graph, Value* context) {
        ScriptModule& root = copy_->modules[0];
        Node* begin = ports_.call_operator(0, context);
        begin->insertAfter(graph.param_node());
        std::vector<c10::TypePtr> taken;
        Node* last = begin;
        std::size_t site = 0;
        for (std::size_t i = 1; i + 1 < graph.inputs().size(); ++i) {
            Value* argument = graph.inputs()[i];
            taken.push_back(argument->type());
            if (Node* at = ports_.site_operator(root, true, site, argument, taken.back(), begin->output(), context)) {
                argument->replaceAllUsesWith(at->output());
                at->replaceInput(0, argument);
                at->insertAfter(last);
                last = at;
            }
        }
        Value* result = graph.outputs()[0];
        site = 0;
        if (Node* at = ports_.site_operator(root, false, site, result, result->type(), begin->output(), context)) {
            at->insertBefore(graph.return_node());
            graph.return_node()->replaceInput(0, at->output());
        }
        describe(root, taken, result->type());
        root.called = true;
    }

    static Value* add_context(torch::jit::Graph& graph) {
        Value* context = graph.addInput("hooks");
        context->setType(c10::CapsuleType::get());
        return context;
    }

    /// Walks the nodes in order, so that the module of a call is known before the call is reached.
    void instrument(torch::jit::Block* block, Value* context) {
        for (Node* node = *block->nodes().begin(); node != block->return_node();) {
            Node* before = node->prev();
            if (inline_call(node, context)) {
                node = before->next();  // continue with the inlined code, which has calls of its own
                continue;
            }
            if (node->kind() == c10::prim::GetAttr) follow_attribute(node);
            if (node->kind() == c10::prim::fork) instrument_fork(node, context);
            for (torch::jit::Block* inner : node->blocks()) instrument(inner, context);
            node = node->next();
        }
    }

    void follow_attribute(Node* node) {
        const auto owner = known_.find(node->input());
        if (owner == known_.end()) return;
        const c10::IValue& attribute = owner->second->getAttr(node->s(c10::attr::name));
        if (!attribute.isModule()) return;
        known_.emplace(node->output(), attribute.toObject());
        copy_->followed.push_back(
            {owner->second, owner->second->type()->getAttributeSlot(node->s(c10::attr::name)), attribute.toObject()});
        node->output()->setType(attribute.toObject()->type());  // an interface has no attributes to read further
    }

    /// @return whether the node was a call, now replaced by the code that it called
    bool inline_call(Node* node, Value* context) {
        if (node->kind() == c10::prim::CallFunction) return inline_function(node);
        if (node->kind() != c10::prim::CallMethod) return false;
        const auto object = known_.find(node->input(0));
        if (object == known_.end()) {
            if (node->input(0)->type()->is_module()) report_unfollowed(node, context);
            return false;
        }
        const std::string& name = node->s(c10::attr::name);
        GraphFunction* method = torch::jit::tryToGraphFunction(object->second->type()->getMethod(name));
        if (!method) return false;
        method->ensure_defined();
        const auto module = copy_->index.find(object->second.get());
        if (module != copy_->index.end() && is_forward(name, *object->second->type()))
            add_sites(node, module->second, *method->graph(), context);
        torch::jit::inlineCallTo(node, method, method->graph().get());
        return true;
    }

    static bool inline_function(Node* node) {
        const auto type = node->input(0)->type()->cast<c10::FunctionType>();
        GraphFunction* function = type ? torch::jit::tryToGraphFunction(*type->function()) : nullptr;
        if (!function) return false;
        function->ensure_defined();
        node->removeInput(0);  // the function itself
        torch::jit::inlineCallTo(node, function, function->graph().get());
        return true;
    }

    /// A module that is chosen while the model runs is called as it is: the code in it has no operators. The pass learns
    /// which module it is, and refuses hooks inside it.
    void report_unfollowed(Node* call, Value* context) {
        script_node(*call->owningGraph(), ScriptOperators::all().unfollowed, {call->input(0), context}, nullptr)
            ->insertBefore(call);
    }

    /// The forked code is a graph of its own, shared with the model: it is copied, and gets the context as an input.
    void instrument_fork(Node* fork, Value* context) {
        const auto graph = fork->g(c10::attr::Subgraph)->copy();
        for (std::size_t i = 0; i < fork->inputs().size(); ++i)
            if (const auto object = known_.find(fork->input(i)); object != known_.end()) {
                known_.emplace(graph->inputs()[i], object->second);
                graph->inputs()[i]->setType(object->second->type());
            }
        fork->addInput(context);
        instrument(graph->block(), add_context(*graph));
        fork->g_(c10::attr::Subgraph, graph);
        Node* begun = script_node(*fork->owningGraph(), ScriptOperators::all().fork, {fork->output(), context},
                                  fork->output()->type());
        put_after(fork->output(), begun, fork);
        forks_ = true;
    }

    /// Puts operators at the arguments and the result of a call.
    void add_sites(Node* call, std::size_t index, const torch::jit::Graph& called, Value* context) {
        ScriptModule& module = copy_->modules[index];
        Node* begin = ports_.call_operator(index, context);
        begin->insertBefore(call);
        std::vector<c10::TypePtr> taken;
        std::size_t site = 0;
        for (std::size_t i = 1; i < call->inputs().size(); ++i) {
            Value* given = call->input(i);
            taken.push_back(called.inputs()[i]->type());
            if (Node* at = ports_.site_operator(module, true, site, given, taken.back(), begin->output(), context)) {
                at->insertBefore(call);
                call->replaceInput(i, at->output());
            }
        }
        site = 0;
        Value* result = call->output();
        const c10::TypePtr given_back = called.outputs()[0]->type();
        if (Node* at = ports_.site_operator(module, false, site, result, given_back, begin->output(), context))
            put_after(result, at, call);
        describe(module, taken, given_back);
        module.called = true;
    }

    /// Puts the operator, which follows a node, between a value and its uses.
    static void put_after(Value* value, Node* at, Node* node) {
        value->replaceAllUsesWith(at->output());
        at->replaceInput(0, value);
        at->insertAfter(node);
    }

    static void describe(ScriptModule& module, const std::vector<c10::TypePtr>& taken, const c10::TypePtr& given) {
        if (!module.gives.empty()) return;
        for (const auto& type : taken) module.takes += (module.takes.empty() ? "" : ", ") + text_of(type);
        module.gives = text_of(given);
    }
    static std::string text_of(const c10::TypePtr& type) { return c10::unshapedType(type)->repr_str(); }

    std::shared_ptr<ScriptCopy> copy_;
    std::unordered_map<const Value*, ScriptObject> known_;  ///< the module that a value of the graph is
    ScriptPorts ports_{*copy_};
    bool forks_ = false;
};

}  // namespace suture::detail
