// What happens at the sites of a TorchScript model while it runs. An instrumented graph has an operator wherever a
// submodule takes or gives tensors; the operator hands what passes, and the pass that it belongs to, to the hooks.
// Law: an operator gives a value of the type that it takes, and without an active scope the same value.
#pragma once

#include "suture/hook/callback.hpp"
#include "suture/hook/scope.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace suture::detail {

/// Where the tensors are in a value that TorchScript passes, and which site each of them is at. Elements of a list
/// share one site, as do the values of a dictionary; an optional has the places of what it may hold.
struct script_value {
    enum class kind : unsigned char { other, tensor, tuple, list, dict };
    kind is = kind::other;
    const Site* site = nullptr;        ///< of a tensor
    std::vector<script_value> inside;  ///< of a tuple, its elements; of a list or dictionary, what each element is
};

/// One operator: what passes it, and which counter says how often its site was passed.
struct script_port {
    script_value value;
    std::size_t counter = 0;
};

/// Which call of its submodule a hook runs for; negative outside of hooks.
inline constinit thread_local std::int64_t script_call = -1;

/// What the operator is given beside the value. The first shared object that instruments a graph registers the
/// operator for all in the process, so each context says whose code is to run. A change of this class needs a new
/// version in the operator's name.
struct script_context : torch::CustomClassHolder {
    using visitor = void (*)(script_context&, std::int64_t port, c10::IValue& value);
    explicit script_context(visitor visit_) : visit(visit_) {}
    visitor visit;
};

/// Thrown in place of what a hook threw: the interpreter would make a runtime_error of it, so the pass keeps it.
struct script_hook_threw : std::exception {
    const char* what() const noexcept override { return "a hook threw"; }
};

/// One forward pass through an instrumented graph, in which hooks of the calling thread's scopes run. A pass that
/// forks runs in several threads: their hooks take turns, and all of them end before the pass does or are left out.
class script_pass final : public script_context {
public:
    script_pass(const std::vector<script_port>& ports, std::size_t counters, bool forks)
        : script_context(&visit_port), ports_(ports), passed_(counters, 0), forks_(forks) {}

    /// From now on no hook runs. @throws what the first hook threw that threw
    void finish() {
        const std::lock_guard lock(guard_);
        finished_ = true;
        if (error_) std::rethrow_exception(error_);
    }

private:
    static void visit_port(script_context& context, std::int64_t port, c10::IValue& value) {
        auto& pass = static_cast<script_pass&>(context);
        std::unique_lock turn(pass.guard_, std::defer_lock);
        if (pass.forks_) turn.lock();
        // After the pass its ports, which belong to the model, and the scopes of its thread may be gone.
        if (pass.finished_) return;
        // What follows a wait may run in another thread too, while the calling one sleeps.
        std::optional<lent_scopes> lent;
        if (std::this_thread::get_id() != pass.caller_) lent.emplace(pass.scopes_);
        if (innermost_scope == nullptr) return;

        const script_port& at = pass.ports_[static_cast<std::size_t>(port)];
        const std::int64_t outer_call = std::exchange(script_call, pass.passed_[at.counter]++);
        try {
            visit_value(at.value, value);
        } catch (...) {
            script_call = outer_call;
            if (!pass.error_) pass.error_ = std::current_exception();
            throw script_hook_threw();
        }
        script_call = outer_call;
    }

    /// @return whether the value is another one now
    static bool visit_value(const script_value& as, c10::IValue& value) {
        switch (as.is) {
            case script_value::kind::tensor: return visit_tensor(as, value);
            case script_value::kind::tuple: return visit_tuple(as, value);
            case script_value::kind::list: return visit_list(as, value);
            case script_value::kind::dict: return visit_dict(as, value);
            default: return false;
        }
    }

    static bool visit_tensor(const script_value& as, c10::IValue& value) {
        if (!value.isTensor() || !value.toTensor().defined()) return false;  // the None of an optional
        const at::Tensor before = std::move(value).toTensor();
        at::Tensor after = run_hooks(*as.site, before);
        const bool changed = !after.is_same(before);
        if (changed) {
            try {
                after = check_replacement(std::move(after), before);
            } catch (...) {
                rethrow_at(as.site->name());
            }
            // The model may go on with view(), which a replacement in another order of memory would not survive.
            if (before.is_contiguous()) after = after.contiguous();
        }
        value = std::move(after);
        return changed;
    }

    static bool visit_tuple(const script_value& as, c10::IValue& value) {
        if (!value.isTuple()) return false;
        const auto tuple = value.toTuple();
        std::vector<c10::IValue> elements(tuple->elements().begin(), tuple->elements().end());
        bool changed = false;
        for (std::size_t i = 0; i < elements.size() && i < as.inside.size(); ++i)
            changed |= visit_value(as.inside[i], elements[i]);
        if (!changed) return false;
        const auto type = tuple->type();
        value = type->schema() ? c10::ivalue::Tuple::createNamed(std::move(elements), type)
                               : c10::ivalue::Tuple::create(std::move(elements));
        return true;
    }

    /// Lists and dictionaries are shared by whoever holds them: the submodule is given a changed copy.
    static bool visit_list(const script_value& as, c10::IValue& value) {
        if (!value.isList()) return false;
        c10::List<c10::IValue> list = value.toList();
        bool changed = false;
        for (std::size_t i = 0; i < list.size(); ++i) {
            c10::IValue element = list.get(i);
            if (!visit_value(as.inside.front(), element)) continue;
            if (!std::exchange(changed, true)) list = list.copy();
            list.set(i, std::move(element));
        }
        if (changed) value = std::move(list);
        return changed;
    }

    static bool visit_dict(const script_value& as, c10::IValue& value) {
        if (!value.isGenericDict()) return false;
        const auto dict = value.toGenericDict();
        auto copy = dict.copy();
        bool changed = false;
        for (const auto& entry : dict) {
            c10::IValue element = entry.value();
            if (!visit_value(as.inside.front(), element)) continue;
            changed = true;
            copy.insert_or_assign(entry.key(), std::move(element));
        }
        if (changed) value = std::move(copy);
        return changed;
    }

    const std::vector<script_port>& ports_;
    std::vector<std::int64_t> passed_;  ///< by counter
    const bool forks_;
    const std::thread::id caller_ = std::this_thread::get_id();
    active_scope* const scopes_ = innermost_scope;
    std::mutex guard_;
    bool finished_ = false;
    std::exception_ptr error_;
};

/// The operator's name: `suture::site_v1(value, context) -> value`, with the number of its port as an attribute.
inline c10::Symbol script_operator() {
    static const c10::Symbol symbol = [] {
        const auto name = c10::Symbol::fromQualString("suture::site_v1");
        if (!torch::jit::getAllOperatorsFor(name).empty()) return name;  // another shared object was here first
        // Conservative: the optimiser takes the operator to have side effects and to write and keep what it is given.
        // So it is not removed, merged, folded or reordered, which each of the weaker kinds allows.
        torch::jit::registerOperator(torch::jit::Operator(
            name,
            [](const torch::jit::Node* node) -> torch::jit::Operation {
                return [port = node->i(c10::attr::value)](torch::jit::Stack& stack) {
                    const auto context = torch::jit::pop(stack).toCapsule();
                    auto& pass = static_cast<script_context&>(*context);
                    pass.visit(pass, port, stack.back());
                };
            },
            c10::AliasAnalysisKind::CONSERVATIVE));
        return name;
    }();
    return symbol;
}

}  // namespace suture::detail
