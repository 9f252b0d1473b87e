// What of a plan runs again when hooks change the values at some sites: the steps that read what they left, with everything
// else from a record of a pass without hooks.
// Law: such a part gives what the whole plan gives, but for nodes that draw random numbers. Sites that are frozen pass on
// the recorded value, whatever comes before them. The same tells what follows from the sizes of the inputs alone.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/exported/detail/random.hpp"
#include "suture/exported/detail/symbolic_size.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace suture::detail {

struct FollowingStep {
    std::size_t number = 0;    ///< in the plan
    bool is_restored = false;  ///< a frozen site: what passes there is what the record has
};

struct ExportedFollowing {
    std::vector<FollowingStep> steps;
    std::vector<std::size_t> taken;  ///< the slots whose values come from the record
    bool has_results = true;
    std::vector<bool> shares;  ///< whether a result may share its storage with the record, by output of the plan
};

/// What a pass without hooks has left.
struct ExportedRecord {
    std::vector<bool> is_kept;        ///< by slot
    std::vector<c10::IValue> values;  ///< of the slots that are kept
    std::map<const ExportedPort*, at::Tensor> frozen;
};

/// The sites of a plan, by their ports.
struct FollowingSites {
    std::set<const ExportedPort*> hooked, frozen;
    bool needs_results = true;  ///< otherwise only what the hooks see
};

/// Operators that read of their first tensor only what its sizes, dtype and device are.
inline bool reads_no_numbers(std::string_view name) {
    constexpr std::array names{std::string_view("sym_size"),
                               std::string_view("sym_numel"),
                               std::string_view("new_ones"),
                               std::string_view("new_zeros"),
                               std::string_view("zeros_like"),
                               std::string_view("ones_like"),
                               std::string_view("_assert_tensor_metadata")};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Finds what follows hooks in one plan.
class FollowingFinder {
public:
    FollowingFinder(const ExportedGraph& graph, const ExportedPlan& plan, const ExportedAliases& aliases)
        : graph_(graph), plan_(plan), aliases_(aliases), classes_(plan.slots), values_(plan.slots) {
        for (std::size_t slot = 0; slot < plan.slots; ++slot) {
            classes_[slot] = slot < graph.values.size() ? aliases.of(slot) : slot;
            values_[slot] = slot;
        }
        for (const PlanStep& step : plan.steps)
            if (step.port) {
                classes_[step.to] = classes_[step.from.slot];
                values_[step.to] = values_[step.from.slot];
            }
    }

    /// Whether a node draws random numbers.
    static bool is_random(const ExportedPlan& plan) {
        return std::any_of(plan.steps.begin(), plan.steps.end(), [](const PlanStep& step) {
            return step.node != nullptr && draws_random_numbers(*step.node, *step.prepared);
        });
    }

    ExportedFollowing find(const FollowingSites& sites) {
        begin();
        for (std::size_t i = 0; i < steps_.size(); ++i) follow(plan_.steps[i], steps_[i], sites);
        return needed(sites);
    }
    /// What runs again for inputs of the same sizes: everything that reads the numbers of an input or a weight, or what a
    /// site passes on, whether hooks are there or not.
    ExportedFollowing find_what_reads_numbers() {
        begin();
        numbers_change_ = true;
        find_known_symbols();
        for (const ExportedInput& input : graph_.inputs)
            if (input.value != no_value) is_changed_[unit(input.value)] = true;
        for (std::size_t i = 0; i < steps_.size(); ++i) follow(plan_.steps[i], steps_[i], {});
        return needed({});
    }

private:
    struct Step {
        std::vector<std::size_t> changed, same;  ///< the slots that it reads, and whether their values may have changed
        bool is_hooked = false, is_frozen = false;
        bool is_checked = false;  ///< a check without results, of a value that may have changed
    };

    /// Storage that a node writes into has no value that a record could hold: all names of it count as one.
    bool is_written(std::size_t slot) const {
        return classes_[slot] < graph_.values.size() && aliases_.is_written(classes_[slot]);
    }
    std::size_t unit(std::size_t slot) const { return is_written(slot) ? classes_[slot] : slot; }

    void begin() {
        is_changed_.assign(plan_.slots, false);
        steps_.assign(plan_.steps.size(), {});
        numbers_change_ = false;
    }
    /// Not a number that stands for a tensor.
    static bool is_weight(const c10::IValue& constant) {
        return constant.isTensor() && constant.toTensor().defined() &&
               !constant.toTensor().unsafeGetTensorImpl()->is_wrapped_number();
    }
    /// @return whether the item may have changed
    bool read(const PlanItem& item, Step& step) const {
        if (item.slot == no_value) return numbers_change_ && is_weight(item.constant);
        const bool is_changed = is_changed_[unit(item.slot)];
        (is_changed ? step.changed : step.same).push_back(item.slot);
        return is_changed;
    }
    bool read(const PlanArgument& argument, Step& step) const {
        bool is_changed = numbers_change_ && is_weight(argument.constant);
        for (const PlanItem& item : argument.items) is_changed |= read(item, step);
        return is_changed;
    }
    /// Whether a value has the same sizes in all passes over inputs of these sizes. Some are counted: nonzero(x); and some
    /// are numbers that the caller gives.
    bool has_known_sizes(const PlanItem& item) const {
        if (item.slot == no_value) return true;
        const auto& meta = graph_.values[values_[item.slot]].meta;
        if (!meta) return false;
        const auto& sizes = meta->sizes;
        return std::all_of(sizes.begin(), sizes.end(), [&](const SymbolicSize& size) {
            const auto symbols = symbols_of(size);
            return std::includes(known_symbols_.begin(), known_symbols_.end(), symbols.begin(), symbols.end());
        });
    }
    static std::set<std::string> symbols_of(const SymbolicSize& size) {
        const auto* text = std::get_if<std::string>(&size);
        return text ? symbols_in(*text) : std::set<std::string>();
    }
    void find_known_symbols() {
        for (const ExportedInput& input : graph_.inputs)
            if (input.kind == ExportedInput::Kind::user && graph_.values[input.value].meta)
                for (const SymbolicSize& size : graph_.values[input.value].meta->sizes)
                    known_symbols_.merge(symbols_of(size));
    }

    /// Forwards: which values may change.
    void follow(const PlanStep& planned, Step& step, const FollowingSites& sites) {
        if (planned.port) {
            step.is_frozen = sites.frozen.contains(planned.port);
            // Into storage that is written, a frozen site puts a copy, as a hook would.
            step.is_hooked =
                numbers_change_ || sites.hooked.contains(planned.port) || (step.is_frozen && is_written(planned.to));
            if (!step.is_frozen || is_written(planned.to)) read(planned.from, step);
            const bool changes = step.is_hooked || !step.changed.empty();
            if (changes || !is_written(planned.to)) is_changed_[unit(planned.to)] = changes;
            return;
        }
        bool changes = false;
        for (std::size_t i = 0; i < planned.arguments.size(); ++i) {
            const PlanArgument& argument = planned.arguments[i];
            const bool is_read_for_sizes = numbers_change_ && i == 0 &&
                                           reads_no_numbers(operator_name(planned.node->target)) &&
                                           std::all_of(argument.items.begin(), argument.items.end(),
                                                       [&](const PlanItem& item) { return has_known_sizes(item); });
            changes |= read(argument, step) && !is_read_for_sizes;
        }
        if (!changes) return;
        step.is_checked = planned.results.empty();
        for_each_result(planned, [&](std::size_t slot) { is_changed_[unit(slot)] = true; });
        if (const std::size_t slot = written_by(planned); slot != no_value) is_changed_[unit(slot)] = true;
    }

    /// Backwards: which steps lead to what is wanted.
    ExportedFollowing needed(const FollowingSites& sites) {
        ExportedFollowing found;
        is_wanted_.assign(plan_.slots, false), is_taken_.assign(plan_.slots, false);
        found.has_results = sites.needs_results;
        if (found.has_results)
            for (const PlanItem& output : plan_.outputs)
                if (output.slot != no_value) want(output.slot, is_changed_[unit(output.slot)]);
        for (std::size_t i = steps_.size(); i-- > 0;) {
            const PlanStep& planned = plan_.steps[i];
            const Step& step = steps_[i];
            if (planned.port ? !is_needed_port(planned, step) : !step.is_checked && !is_needed_node(planned)) continue;
            if (planned.port && !is_written(planned.to)) is_wanted_[planned.to] = false;
            found.steps.push_back({i, step.is_frozen});
            for (const std::size_t slot : step.changed) want(slot, true);
            for (const std::size_t slot : step.same) want(slot, false);
        }
        std::reverse(found.steps.begin(), found.steps.end());
        for (std::size_t slot = 0; slot < plan_.slots; ++slot)
            if (is_taken_[slot]) found.taken.push_back(slot);
        std::set<std::size_t> recorded;
        for (const std::size_t slot : found.taken) recorded.insert(classes_[slot]);
        for (const FollowingStep& step : found.steps)
            if (step.is_restored) recorded.insert(classes_[plan_.steps[step.number].to]);
        for (const PlanItem& output : plan_.outputs)
            found.shares.push_back(output.slot != no_value && recorded.contains(classes_[output.slot]));
        return found;
    }
    void want(std::size_t slot, bool is_changed) {
        if (is_changed || is_written(slot))
            is_wanted_[unit(slot)] = true;
        else
            is_taken_[slot] = true;
    }
    bool is_needed_port(const PlanStep& planned, const Step& step) const {
        if (step.is_hooked) return true;
        // A frozen site puts the record's value in place of another one that has been made.
        return is_wanted_[unit(planned.to)] || (step.is_frozen && is_taken_[planned.to]);
    }
    bool is_needed_node(const PlanStep& planned) const {
        bool is_needed = false;
        for_each_result(planned, [&](std::size_t slot) { is_needed |= is_wanted_[unit(slot)]; });
        const std::size_t slot = written_by(planned);
        return is_needed || (slot != no_value && is_wanted_[unit(slot)]);
    }

    template <class F>
    static void for_each_result(const PlanStep& planned, const F& f) {
        for (const PlanResult& result : planned.results)
            for (const std::size_t slot : result.slots)
                if (slot != no_value) f(slot);
    }
    /// A slot of the storage that a node writes into.
    std::size_t written_by(const PlanStep& planned) const {
        return aliases_.written_by(static_cast<std::size_t>(planned.node - graph_.nodes.data()));
    }

    const ExportedGraph& graph_;
    const ExportedPlan& plan_;
    const ExportedAliases& aliases_;
    std::vector<std::size_t> classes_;
    std::vector<ValueIndex> values_;  ///< what passes in a slot; hooks leave its shape
    std::vector<bool> is_changed_, is_wanted_, is_taken_;
    bool numbers_change_ = false;
    std::set<std::string> known_symbols_;  ///< of the sizes of inputs
    std::vector<Step> steps_;
};

}  // namespace suture::detail
