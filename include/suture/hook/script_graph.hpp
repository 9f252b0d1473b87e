// Instrumenting a TorchScript model: a copy of its forward in which the calls of submodules are inlined one by one,
// with an operator at what each submodule takes and gives. The model itself is read and never written.
// Law: run without hooks, the copy gives what the model gives.
#pragma once

#include "suture/hook/script_pass.hpp"
#include "suture/hook/site.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/error.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// A submodule, under the first of its paths, and its sites. Deques: operators and hooks point at sites.
struct script_module {
    std::string path;
    bool called = false;               ///< by forward, as far as can be told from its code
    std::string takes, gives;          ///< the types of its first call, in words
    std::deque<Site> inputs, outputs;  ///< of the tensors in its arguments and in its result
};

/// The instrumented copy of a model, and what is known of its submodules.
struct script_copy {
    std::vector<script_module> modules;  ///< the model itself first, then in the order of their registration
    std::map<std::string, std::string> other_paths;  ///< of modules that stand under several: other path -> first one
    std::vector<script_port> ports;
    std::size_t counters = 0;
    bool forks = false;
    std::unique_ptr<torch::jit::GraphFunction> forward;  ///< (self, arguments..., context) -> result
};

/// The path of a module's i-th site of a kind: "h.0.attn", "h.0.attn.output.1", "h.0.attn.input", "h.0.attn.input.1".
inline std::string script_site_path(const std::string& module, bool input, std::size_t i) {
    if (i == 0) return input ? joined_path(module, "input") : module;
    return joined_path(module, (input ? "input." : "output.") + std::to_string(i));
}

/// Makes the copy; used once.
class script_instrumenter {
    using object_ptr = c10::intrusive_ptr<c10::ivalue::Object>;
    using Node = torch::jit::Node;
    using Value = torch::jit::Value;
    using GraphFunction = torch::jit::GraphFunction;

public:
    /// @throws HookError if the module has no forward that is TorchScript
    static std::shared_ptr<script_copy> instrumented(const torch::jit::Module& model) {
        const auto forward = model.find_method("forward");
        GraphFunction* function = forward ? torch::jit::tryToGraphFunction(forward->function()) : nullptr;
        if (!function)
            throw HookError("this TorchScript module has no forward: load a model that was traced or scripted");
        script_instrumenter work;
        work.add_module(model, "");
        work.copy_forward(model, *function);
        return std::move(work.copy_);
    }

private:
    script_instrumenter() : copy_(std::make_shared<script_copy>()) {}

    void add_module(const torch::jit::Module& module, const std::string& path) {
        const auto [first, is_new] = index_.emplace(module._ivalue().get(), copy_->modules.size());
        if (!is_new) {  // under two names a module has its sites once, as in parameters()
            copy_->other_paths.emplace(path, copy_->modules[first->second].path);
            return;
        }
        copy_->modules.emplace_back().path = path;
        for (const auto& child : module.named_children()) add_module(child.value, joined_path(path, child.name));
    }

    void copy_forward(const torch::jit::Module& model, GraphFunction& forward) {
        forward.ensure_defined();
        const auto graph = forward.graph()->copy();
        Value* context = add_context(*graph);
        known_.emplace(graph->inputs()[0], model._ivalue());

        // The model has no call of itself: its sites are where the graph begins and ends.
        script_module& root = copy_->modules[0];
        root.called = true;
        std::vector<c10::TypePtr> taken;
        Node* last = graph->param_node();
        std::size_t site = 0;
        for (std::size_t i = 1; i + 1 < graph->inputs().size(); ++i) {
            Value* argument = graph->inputs()[i];
            taken.push_back(argument->type());
            if (Node* at = site_operator(root, true, site, argument->type(), argument->type(), context)) {
                put_after(argument, at, last);
                last = at;
            }
        }
        instrument(graph->block(), context);
        Value* result = graph->outputs()[0];
        describe(root, taken, result->type());
        site = 0;
        if (Node* at = site_operator(root, false, site, result->type(), result->type(), context)) {
            at->insertInput(0, result);
            at->insertBefore(graph->return_node());
            graph->return_node()->replaceInput(0, at->output());
        }
        // The simple executor: the profiling one compiles anew for each kind of input it meets, which costs more than
        // it gains here, and fails where a pass with gradients is followed by one in inference mode.
        copy_->forward = std::make_unique<GraphFunction>(c10::QualifiedName("forward"), graph, nullptr,
                                                         torch::jit::ExecutorExecutionMode::SIMPLE);
    }

    static Value* add_context(torch::jit::Graph& graph) {
        Value* context = graph.addInput("hooks");
        context->setType(c10::CapsuleType::get());
        return context;
    }

    /// Walks the nodes in order, so that the module behind a call is known before the call is reached.
    void instrument(torch::jit::Block* block, Value* context) {
        for (Node* node = *block->nodes().begin(); node != block->return_node();) {
            Node* before = node->prev();
            if (inline_call(node, context)) {
                node = before->next();  // on with what was inlined, which has calls of its own
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
        node->output()->setType(attribute.toObject()->type());  // an interface has no attributes to read further
    }

    /// @return whether the node was a call and its place is taken by what it called
    bool inline_call(Node* node, Value* context) {
        if (node->kind() == c10::prim::CallFunction) return inline_function(node);
        if (node->kind() != c10::prim::CallMethod) return false;
        // A module that is chosen while the model runs is called as it is: what is in it has no sites.
        const auto object = known_.find(node->input(0));
        if (object == known_.end()) return false;
        const std::string& name = node->s(c10::attr::name);
        GraphFunction* method = torch::jit::tryToGraphFunction(object->second->type()->getMethod(name));
        if (!method) return false;
        method->ensure_defined();
        const auto module = index_.find(object->second.get());
        if (is_forward(name) && module != index_.end())
            add_sites(node, copy_->modules[module->second], *method->graph(), context);
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

    /// `forward`, and `forward1`, `forward2`, ... which a trace makes of further calls.
    static bool is_forward(const std::string& name) {
        return name.rfind("forward", 0) == 0 && name.find_first_not_of("0123456789", 7) == std::string::npos;
    }

    /// What is forked is a graph of its own, shared with the model: it is copied, and given the context too.
    void instrument_fork(Node* fork, Value* context) {
        const auto graph = fork->g(c10::attr::Subgraph)->copy();
        for (std::size_t i = 0; i < fork->inputs().size(); ++i)
            if (const auto object = known_.find(fork->input(i)); object != known_.end()) {
                known_.emplace(graph->inputs()[i], object->second);
                graph->inputs()[i]->setType(object->second->type());
            }
        fork->addInput(context);
        Value* inner = add_context(*graph);
        instrument(graph->block(), inner);
        fork->g_(c10::attr::Subgraph, graph);
        copy_->forks = true;
    }

    /// Puts operators at what the call takes and gives.
    void add_sites(Node* call, script_module& module, const torch::jit::Graph& called, Value* context) {
        std::vector<c10::TypePtr> taken;
        std::size_t site = 0;
        for (std::size_t i = 1; i < call->inputs().size(); ++i) {
            taken.push_back(called.inputs()[i]->type());
            Value* given = call->input(i);
            if (Node* at = site_operator(module, true, site, taken.back(), given->type(), context)) {
                at->insertInput(0, given);
                at->insertBefore(call);
                call->replaceInput(i, at->output());
            }
        }
        site = 0;
        const c10::TypePtr given_back = called.outputs()[0]->type();
        if (Node* at = site_operator(module, false, site, given_back, call->output()->type(), context))
            put_after(call->output(), at, call);
        describe(module, taken, given_back);
        module.called = true;
    }

    /// An operator for a value of a type, with a site for each tensor in it from the `site`-th on; null if it has none.
    Node* site_operator(script_module& module, bool input, std::size_t& site, const c10::TypePtr& type,
                        const c10::TypePtr& in_graph, Value* context) {
        const std::size_t first = site;
        script_port port{value_of(type, module, input, site), 0};
        if (site == first) return nullptr;
        // The calls of a submodule share its sites, hence its counters.
        const Site* counted = &(input ? module.inputs : module.outputs)[first];
        port.counter = counters_.emplace(counted, copy_->counters).first->second;
        copy_->counters = counters_.size();
        Node* node = context->owningGraph()->create(script_operator(), 1);
        node->i_(c10::attr::value, static_cast<std::int64_t>(copy_->ports.size()));
        copy_->ports.push_back(std::move(port));
        node->addInput(context);
        // A trace's types have the shapes, and the need for gradients, of the pass that was traced.
        node->output()->setType(c10::unshapedType(in_graph));
        return node;
    }

    static script_value value_of(const c10::TypePtr& type, script_module& module, bool input, std::size_t& site) {
        using kind = script_value::kind;
        script_value value;
        if (type->kind() == c10::TypeKind::TensorType) {
            std::deque<Site>& sites = input ? module.inputs : module.outputs;
            if (site == sites.size()) {
                const std::string path = script_site_path(module.path, input, site);
                sites.emplace_back(path.empty() ? "the model's output" : path);
            }
            value.is = kind::tensor;
            value.site = &sites[site++];
        } else if (const auto optional = type->cast<c10::OptionalType>()) {
            return value_of(optional->getElementType(), module, input, site);
        } else if (const auto tuple = type->cast<c10::TupleType>()) {
            value.is = kind::tuple;
            for (const auto& element : tuple->elements())
                value.inside.push_back(value_of(element, module, input, site));
        } else if (const auto list = type->cast<c10::ListType>()) {
            value.is = kind::list;
            value.inside.push_back(value_of(list->getElementType(), module, input, site));
        } else if (const auto dict = type->cast<c10::DictType>()) {
            value.is = kind::dict;
            value.inside.push_back(value_of(dict->getValueType(), module, input, site));
        }
        return value;
    }

    /// Lets the operator, which comes after a node, stand between a value and its uses.
    static void put_after(Value* value, Node* at, Node* node) {
        value->replaceAllUsesWith(at->output());
        at->insertInput(0, value);
        at->insertAfter(node);
    }

    static void describe(script_module& module, const std::vector<c10::TypePtr>& taken, const c10::TypePtr& given) {
        if (!module.gives.empty()) return;
        for (const auto& type : taken) module.takes += (module.takes.empty() ? "" : ", ") + text_of(type);
        module.gives = text_of(given);
    }
    static std::string text_of(const c10::TypePtr& type) { return c10::unshapedType(type)->repr_str(); }

    std::shared_ptr<script_copy> copy_;
    std::unordered_map<const c10::ivalue::Object*, std::size_t> index_;  ///< into the copy's modules
    std::unordered_map<const Value*, object_ptr> known_;                  ///< which module a value of the graph is
    std::map<const Site*, std::size_t> counters_;                         ///< of the first site in each value
};

}  // namespace suture::detail
