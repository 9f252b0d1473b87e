// Runs a plan. Nothing of a pass is kept in the plan, so several threads may run it at once.
#pragma once

#include "suture/exported/detail/autocast.hpp"
#include "suture/exported/detail/copies.hpp"
#include "suture/exported/detail/following.hpp"
#include "suture/exported/detail/operators.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/hook/detail/pass_site.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/stack.h>
#include <c10/util/Exception.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

class ExportedPass {
public:
    /// @param positions of a plan with attentions: they compute these
    explicit ExportedPass(const ExportedPlan& plan, CausalPositions* positions = nullptr)
        : plan_(plan), positions_(positions), frame_(plan.slots) {
        for (const auto& [slot, weight] : plan.copied_weights)
            frame_[slot] = (weight.requires_grad() ? weight : weight.detach()).clone();  // gradients reach the weight
    }

    /// Gives the inputs of the graph their values, those of the user.
    void give(const ExportedGraph& graph, std::vector<c10::IValue> inputs) {
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (graph.inputs[i].kind == ExportedInput::Kind::user) give(graph.inputs[i].value, std::move(inputs[i]));
    }
    /// Gives a slot to an input of the user.
    void give(std::size_t slot, c10::IValue value) {
        if (value.isTensor() && plan_.is_written[slot]) value = value.toTensor().clone();
        frame_[slot] = std::move(value);
    }

    std::vector<c10::IValue> run() {
        const auto without_autograd = leaving_autograd_out();
        torch::jit::Stack stack;
        for (const PlanStep& step : plan_.steps) run_step(step, stack);
        return outputs();
    }
    /// The same, and keeps what the record asks for.
    std::vector<c10::IValue> run(ExportedRecord& record) {
        const auto without_autograd = leaving_autograd_out();
        torch::jit::Stack stack;
        record.values.assign(plan_.slots, {});
        const auto keep = [&](std::size_t slot) {
            if (slot != no_value && record.is_kept[slot]) record.values[slot] = frame_[slot];
        };
        for (std::size_t slot = 0; slot < plan_.slots; ++slot) keep(slot);  // the inputs
        for (const PlanStep& step : plan_.steps) {
            run_step(step, stack);
            if (step.port) {
                if (step.to != step.from.slot) keep(step.to);  // the slot itself was kept before the hooks
                if (const auto frozen = record.frozen.find(step.port); frozen != record.frozen.end())
                    frozen->second = for_later(step, frame_[step.to].toTensor());
            }
            for (const PlanResult& result : step.results)
                for (const std::size_t slot : result.slots) keep(slot);
        }
        return outputs();
    }
    /// Runs a part, and takes everything else from the record. What the caller writes into a result reaches no record.
    std::vector<c10::IValue> run(const ExportedFollowing& following, const ExportedRecord& record) {
        const auto without_autograd = leaving_autograd_out();
        torch::jit::Stack stack;
        for (const std::size_t slot : following.taken) frame_[slot] = record.values[slot];
        for (const FollowingStep& each : following.steps) {
            const PlanStep& step = plan_.steps[each.number];
            if (each.is_restored)
                pass_port(step, for_later(step, record.frozen.at(step.port)));
            else
                run_step(step, stack);
        }
        std::vector<c10::IValue> results;
        if (following.has_results) results = outputs();
        for (std::size_t i = 0; i < results.size(); ++i)
            if (following.shares[i] && results[i].isTensor()) results[i] = copy_as_it_lies(results[i].toTensor());
        return results;
    }

private:
    /// A fifth less time for a small model.
    std::unique_ptr<at::AutoDispatchBelowADInplaceOrView> leaving_autograd_out() const {
        if (!plan_.is_self_contained || plan_.has_sites || at::GradMode::is_enabled()) return nullptr;
        return std::make_unique<at::AutoDispatchBelowADInplaceOrView>();
    }
    void run_step(const PlanStep& step, torch::jit::Stack& stack) {
        if (step.port)
            pass_port(step, taken(step.from));
        else if (step.attention) [[unlikely]]
            attend(step);
        else
            run_node(step, stack);
    }
    std::vector<c10::IValue> outputs() {
        std::vector<c10::IValue> all;
        for (const PlanItem& item : plan_.outputs) all.push_back(taken(item));
        return all;
    }
    /// The value itself, or a copy if a later node writes into its storage.
    static at::Tensor for_later(const PlanStep& step, const at::Tensor& value) {
        return step.is_written_later ? value.clone() : value;
    }

    c10::IValue taken(const PlanItem& item) {
        if (item.slot == no_value) return item.constant;
        if (!item.is_last) return frame_[item.slot];
        c10::IValue value = std::move(frame_[item.slot]);
        frame_[item.slot] = c10::IValue();
        return value;
    }

    /// What passes at a frozen site is not in the slot that it comes from, which others may read.
    void pass_port(const PlanStep& step, c10::IValue value) {
        const Site& site = step.port->site;
        if (innermost_scope != nullptr && value.isTensor() && !has_nothing_at(site))
            value = hooked(step, value.toTensor());
        frame_[step.to] = std::move(value);
    }
    /// What a hook is lent is never written by a later node.
    static at::Tensor hooked(const PlanStep& step, const at::Tensor& value) {
        const Site& site = step.port->site;
        if (!step.is_written_later) return pass_site(site, value);
        if (value.requires_grad() && at::GradMode::is_enabled() && !step.is_read_by_others) {
            const at::Tensor after = pass_site(site, value);
            return after.is_same(value) ? after.clone() : after;
        }
        const at::Tensor lent = value.clone();
        const at::Tensor after = pass_site(site, lent);
        return after.is_same(lent) ? value : after;
    }

    /// The batch is one run of all positions: [1, heads, positions, head width]. Positions that are not kept are zero.
    void attend(const PlanStep& step) {
        const std::vector<PlanItem>& given = step.arguments.front().items;
        const auto by_position = [](const at::Tensor& t) { return t.squeeze(0).transpose(0, 1); };
        const at::Tensor query = by_position(taken(given[0]).toTensor()), key = taken(given[1]).toTensor(),
                         value = by_position(taken(given[2]).toTensor());
        at::Tensor mixed =
            positions_->attend(query, by_position(step.attention->is_key_transposed ? key.transpose(-2, -1) : key),
                               value, step.attention->scale);
        if (mixed.size(0) != query.size(0)) {
            const at::Tensor all = at::arange(query.size(0), query.options().dtype(at::kLong));
            mixed = at::zeros({query.size(0), mixed.size(1), mixed.size(2)}, mixed.options())
                        .index_copy_(0, positions_->kept(all), mixed);
        }
        if (const std::size_t slot = step.results.front().slots.front(); slot != no_value)
            frame_[slot] = mixed.transpose(0, 1).unsqueeze(0).contiguous();
    }

    void run_node(const PlanStep& step, torch::jit::Stack& stack) {
        stack.clear();
        for (const PlanArgument& argument : step.arguments) push(argument, stack);
        try {
            const ExportedMode& mode = step.node->mode;
            if (mode.grad || mode.autocast) [[unlikely]]
                call_in_mode(step, mode, stack);
            else
                call(step, stack);
        } catch (Error& e) {
            e.add_place(step.node->text());
            throw;
        } catch (const c10::Error& e) {
            std::throw_with_nested(ModelError(step.node->text() +
                                              ": LibTorch refused it: " + e.what_without_backtrace() +
                                              ": check what it was given; if that is right, use a newer LibTorch"));
        } catch (const std::exception& e) {
            std::throw_with_nested(ModelError(step.node->text() + ": LibTorch refused it: " + e.what() +
                                              ": check what it was given; if that is right, use a newer LibTorch"));
        }
        store(step, stack);
    }
    static void call(const PlanStep& step, torch::jit::Stack& stack) {
        if (step.prepared->own) {
            step.prepared->own(stack);
            return;
        }
        // What returns several of its arguments returns references, and LibTorch lets the arguments go before it reads them.
        torch::jit::Stack held;
        if (step.results.size() > 1 && step.prepared->schema->returns()[1].alias_info() != nullptr) held = stack;
        step.prepared->handle->callBoxed(stack);
    }
    static void call_in_mode(const PlanStep& step, const ExportedMode& mode, torch::jit::Stack& stack) {
        std::optional<AutocastGuard> cast;
        if (mode.autocast) cast.emplace(*mode.autocast);
        const at::AutoGradMode grad(mode.grad.value_or(at::GradMode::is_enabled()));
        call(step, stack);
    }

    void push(const PlanArgument& argument, torch::jit::Stack& stack) {
        using How = PreparedArgument::How;
        switch (argument.how) {
            case How::constant:
                stack.push_back(argument.constant);
                return;
            case How::value:
                stack.push_back(taken(argument.items.front()));
                return;
            case How::number_as_tensor:
                stack.emplace_back(number_as_tensor(taken(argument.items.front())));
                return;
            case How::number_as_double:
                stack.emplace_back(number_as_double(taken(argument.items.front())));
                return;
            case How::tensors: {
                c10::List<at::Tensor> list;
                list.reserve(argument.items.size());
                for (const PlanItem& item : argument.items) list.push_back(taken(item).toTensor());
                stack.emplace_back(std::move(list));
                return;
            }
            case How::optional_tensors: {
                c10::List<OptionalTensor> list;
                list.reserve(argument.items.size());
                for (const PlanItem& item : argument.items) {
                    c10::IValue value = taken(item);
                    list.push_back(value.isNone() ? OptionalTensor() : OptionalTensor(std::move(value).toTensor()));
                }
                stack.emplace_back(std::move(list));
                return;
            }
            case How::integers: {
                c10::List<std::int64_t> list;
                list.reserve(argument.items.size());
                for (const PlanItem& item : argument.items) list.push_back(own_operators::as_int(taken(item)));
                stack.emplace_back(std::move(list));
                return;
            }
            case How::doubles: {
                c10::List<double> list;
                for (const PlanItem& item : argument.items) list.push_back(number_as_double(taken(item)));
                stack.emplace_back(std::move(list));
                return;
            }
            case How::bools: {
                c10::List<bool> list;
                for (const PlanItem& item : argument.items) list.push_back(own_operators::as_int(taken(item)) != 0);
                stack.emplace_back(std::move(list));
                return;
            }
        }
    }

    void store(const PlanStep& step, torch::jit::Stack& stack) {
        if (step.results.empty()) return;
        if (stack.size() != step.results.size())
            throw ModelError(step.node->text() + ": it gave " + std::to_string(stack.size()) + " results instead of " +
                             std::to_string(step.results.size()) + ": use another LibTorch");
        for (std::size_t i = 0; i < step.results.size(); ++i) {
            const PlanResult& result = step.results[i];
            if (!result.is_list) {
                if (result.slots.front() != no_value) frame_[result.slots.front()] = std::move(stack[i]);
                continue;
            }
            const c10::ArrayRef<c10::IValue> list = stack[i].toListRef();
            if (list.size() != result.slots.size())
                throw ModelError(step.node->text() + ": it gave a list of " + std::to_string(list.size()) +
                                 " instead of " + std::to_string(result.slots.size()) +
                                 ": give inputs of the sizes that the model was exported for");
            for (std::size_t k = 0; k < result.slots.size(); ++k)
                if (result.slots[k] != no_value) frame_[result.slots[k]] = list[k];
        }
    }

    const ExportedPlan& plan_;
    CausalPositions* positions_;
    std::vector<c10::IValue> frame_;
};

}  // namespace suture::detail
