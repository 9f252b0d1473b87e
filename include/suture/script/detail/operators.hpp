// The operators that an instrumented graph has in addition to the model's own. Each passes its inputs to the pass that
// it runs in.
#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstdint>

namespace suture::detail {

using ScriptFuture = c10::intrusive_ptr<c10::ivalue::Future>;

// The first shared object that instruments a graph registers the operators for the whole process, so the context decides
// whose code runs. Changing these two classes requires a new version in the operators' names.

/// Visits sites: a pass, or one turn of it.
struct ScriptVisitor : torch::CustomClassHolder {
    /// A value has reached a port, in a call of the port's submodule.
    virtual void visit(std::int64_t port, std::int64_t call, c10::IValue& value) = 0;
};

/// A pass, as its operators see it.
struct ScriptContext : ScriptVisitor {
    /// A call of a submodule begins. @return its number
    virtual std::int64_t begin_call(std::int64_t module) = 0;
    /// A module is about to be called that was unknown when the graph was instrumented.
    virtual void call_unfollowed(const c10::IValue& module) = 0;
    /// A fork of the model has begun; it ends with the future.
    virtual void fork(const ScriptFuture& future) = 0;
    /// @return a future of the ScriptVisitor for one visit at the port, completed once the visit may begin
    virtual ScriptFuture turn(std::int64_t port) = 0;
};

/// The action of an operator; `number` is an attribute of its node.
using ScriptAction = void (*)(torch::CustomClassHolder& context, std::int64_t number, torch::jit::Stack& stack);

/// Registers an operator whose last input is its context.
template <ScriptAction act>
c10::Symbol script_operator(const char* name) {
    const auto symbol = c10::Symbol::fromQualString(name);
    if (!torch::jit::getAllOperatorsFor(symbol).empty()) return symbol;  // another shared object registered it first
    // Conservative: the optimiser assumes that the operator has side effects and may write and keep its inputs. So it is
    // not removed, merged, folded or reordered, as each of the weaker kinds would allow.
    torch::jit::registerOperator(torch::jit::Operator(
        symbol,
        [](const torch::jit::Node* node) -> torch::jit::Operation {
            return [number = node->i(c10::attr::value)](torch::jit::Stack& stack) {
                const auto context = torch::jit::pop(stack).toCapsule();
                act(*context, number, stack);
            };
        },
        c10::AliasAnalysisKind::CONSERVATIVE));
    return symbol;
}

/// The operators. Each node has a number as its attribute `value`.
class ScriptOperators {
public:
    /// (context) -> call: number of the module
    c10::Symbol begin_call = script_operator<&run_begin_call>("suture::begin_call_v2");
    /// (value, call, visitor) -> value: number of the port
    c10::Symbol site = script_operator<&run_site>("suture::site_v2");
    /// (module, context) -> (): no number
    c10::Symbol unfollowed = script_operator<&run_unfollowed>("suture::unfollowed_v2");
    /// (future, context) -> future: no number
    c10::Symbol fork = script_operator<&run_fork>("suture::fork_v2");
    /// (context) -> future of a visitor: number of the port
    c10::Symbol turn = script_operator<&run_turn>("suture::turn_v2");

    static const ScriptOperators& all() {
        static const ScriptOperators operators;
        return operators;
    }

private:
    using holder = torch::CustomClassHolder;
    using Stack = torch::jit::Stack;
    static ScriptContext& pass(holder& context) { return static_cast<ScriptContext&>(context); }

    static void run_begin_call(holder& context, std::int64_t module, Stack& stack) {
        stack.emplace_back(pass(context).begin_call(module));
    }
    static void run_site(holder& visitor, std::int64_t port, Stack& stack) {
        const std::int64_t call = torch::jit::pop(stack).toInt();
        static_cast<ScriptVisitor&>(visitor).visit(port, call, stack.back());
    }
    static void run_unfollowed(holder& context, std::int64_t, Stack& stack) {
        pass(context).call_unfollowed(torch::jit::pop(stack));
    }
    static void run_fork(holder& context, std::int64_t, Stack& stack) { pass(context).fork(stack.back().toFuture()); }
    static void run_turn(holder& context, std::int64_t port, Stack& stack) {
        stack.emplace_back(pass(context).turn(port));
    }
};

}  // namespace suture::detail
