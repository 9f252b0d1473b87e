// The plan of a sweep: the one place that decides which cells are run, in which order, and by which process; which cells
// are the baseline; and which are left out.
#pragma once

#include "suture/sweep/detail/ledger.hpp"
#include "suture/sweep/detail/patch.hpp"
#include "suture/sweep/detail/task.hpp"

#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace suture::detail {

/// What becomes of the cells of some prompts.
struct SweepPlan {
    std::vector<PlannedCell> to_run;
    std::vector<Index> unchanged;  ///< indices of cells that are the baseline
    Index left_out = 0;            ///< how many cells are neither
};

/// The share of cells for which an estimate expects the largest effects: bool, one per cell.
/// @throws ValueError if it expects none anywhere
inline at::Tensor most_effective(const SweepResult& estimate, double share) {
    const at::Tensor effects = estimate.effects().abs().flatten();
    constexpr double rounding = 1e-5;
    if (!(effects.max().item<double>() > rounding))
        throw ValueError(
            "attribution expects no effect anywhere, so it cannot choose a share of the cells: the gradient of '" +
            estimate.metric +
            "' is zero in the runs that are patched (as that of the KL divergence is in clean runs): give "
            "another metric, or the share 1");
    const auto count =
        std::clamp<Index>(std::llround(share * static_cast<double>(effects.numel())), 1, effects.numel());
    at::Tensor chosen = at::zeros_like(effects, at::kBool);
    chosen.index_fill_(0, std::get<1>(effects.topk(count)), true);
    return chosen;
}

/// The values of a batch, by the indices of its cells.
inline std::map<Index, double> values_by_cell(std::span<const PlannedCell> cells, const at::Tensor& values) {
    std::map<Index, double> finished;
    for (std::size_t i = 0; i < cells.size(); ++i) finished[cells[i].what.index] = values.data_ptr<double>()[i];
    return finished;
}

class SweepPlanner {
public:
    /// @param known tells which cells are known already
    SweepPlanner(const SweepTask& task, const SweepOptions& options, const Ledger& known)
        : task_(task), options_(options), known_(known) {}

    /// From here on only these cells are run: bool, one per cell.
    void choose(at::Tensor cells) { chosen_ = std::move(cells); }

    /// The plan for a recorded group: cells that start early first, and of these the longest.
    /// @param memory bytes that may be taken by what recipes make of the group's activations
    /// @throws MemoryError if they take more
    SweepPlan of_group(const StagedTask& staged, const RecordedGroup& group, std::int64_t memory) const {
        PatchLocator locator(staged, group);
        SweepPlan plan;
        const Index per_prompt = task_.space.cells_per_prompt();
        for (Index index = group.first_prompt * per_prompt; index < (group.first_prompt + group.prompts()) * per_prompt;
             ++index) {
            PlannedCell planned = locator.locate(task_.space.at(index));
            if (!locator.has_effect(planned)) {
                plan.unchanged.push_back(index);
                continue;
            }
            if (planned.edited.defined()) memory -= static_cast<std::int64_t>(planned.edited.nbytes());
            if (memory < 0)
                throw MemoryError(
                    "the activations that the recipes make for " + std::to_string(group.prompts()) +
                    " prompts do not fit into the memory: sweep fewer recipes or prompts at a time, or allow "
                    "more with the option 'memory'");
            add(plan, std::move(planned));
        }
        std::stable_sort(plan.to_run.begin(), plan.to_run.end(), [](const auto& a, const auto& b) {
            return std::pair(a.start, a.first) < std::pair(b.start, b.first);
        });
        return plan;
    }

    /// The plan for whole forward passes: every cell of these prompts, place by place and prompt by prompt at each.
    SweepPlan of_places(Index first_prompt, Index prompts) const {
        SweepPlan plan;
        const Index per_prompt = task_.space.cells_per_prompt();
        for (Index place = 0; place < per_prompt; ++place)
            for (Index prompt = first_prompt; prompt < first_prompt + prompts; ++prompt) {
                PlannedCell planned;
                planned.what = task_.space.at(prompt * per_prompt + place);
                add(plan, std::move(planned));
            }
        return plan;
    }

    /// Whether this process runs the next batch. @param batch its cells
    bool claims(std::span<const PlannedCell> batch) {
        const std::size_t number = batches_++;
        const bool is_open =
            std::any_of(batch.begin(), batch.end(), [&](const PlannedCell& c) { return !known_.knows(c.what.index); });
        return is_open && (!options_.claim || options_.claim(number));
    }

private:
    /// A cell that is known stays in the plan, so that batches are the same in a sweep that is resumed.
    void add(SweepPlan& plan, PlannedCell planned) const {
        const Index cell = planned.what.index;
        if (chosen_.defined() && !chosen_.data_ptr<bool>()[cell] && !known_.knows(cell))
            ++plan.left_out;
        else
            plan.to_run.push_back(std::move(planned));
    }

    const SweepTask& task_;
    const SweepOptions& options_;
    const Ledger& known_;
    at::Tensor chosen_;
    std::size_t batches_ = 0;
};

}  // namespace suture::detail
