// Sweeping a model by its forward: one pass per place of the grid. Every other way is measured against this one.
#pragma once

#include "suture/sweep/detail/checks.hpp"
#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/memory.hpp"
#include "suture/sweep/detail/passes.hpp"
#include "suture/sweep/detail/plan.hpp"
#include "suture/sweep/detail/sources.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace suture::detail {

/// Sweeps place by place: each pass has the same place patched in as many prompts as the memory holds.
template <class Passes>
class PlainSweep {
public:
    PlainSweep(Passes& passes, const SweepTask& task, const SweepOptions& options, SweepPlanner& planner,
               Ledger& ledger, SweepResult& result)
        : passes_(passes), task_(task), options_(options), planner_(planner), ledger_(ledger), result_(result) {}

    void run() {
        result_.method = passes_.method();
        shared_ = shared_sources(task_, [&](const at::Tensor& ids) { return record(ids).sites; });
        const Index prompts = prompts_at_once();
        for (Index first = 0; first < task_.prompts(); first += prompts)
            run_group(first, std::min(prompts, task_.prompts() - first));
    }

private:
    ForwardRun record(const at::Tensor& ids) { return passes_.record(ids, task_.sites); }
    /// Runs one prompt to see what it takes.
    Index prompts_at_once() {
        const at::Tensor ids = task_.patching.base().narrow(0, 0, 1);
        const PeakMemory peak;
        const ForwardRun one = run_without_drawing(options_.training, [&] { return record(ids); });
        passes_.begin(ids);
        return prompts_in_a_pass(task_, options_, peak.bytes(), one.logits);
    }

    void run_group(Index first, Index count) {
        first_ = first;
        ids_ = task_.patching.base().narrow(0, first, count);
        passes_.begin(ids_);
        const at::Tensor which = task_.prompt_indices(first, count, ids_.device());
        const at::Tensor logits = task_.reads.at_positions(record(ids_).logits);
        clean_ = logits;
        sources_ = shared_;
        if (task_.has_source()) run_source(first, count, which);
        const SweepPlan plan = planner_.of_places(first, count);
        const at::Tensor baseline = task_.reads(logits, clean_, ids_, which);
        check_runs(task_, first, baseline,
                   result_.source.defined() ? result_.source.narrow(0, first, count) : at::Tensor());
        ledger_.begin(first, baseline, plan.unchanged, plan.left_out);
        for (std::span<const PlannedCell> left = plan.to_run; !left.empty();) {
            const std::span<const PlannedCell> same = at_one_place(left);
            if (planner_.claims(same)) add_checked(ledger_, result_, values_by_cell(same, run_cells(same)));
            left = left.subspan(same.size());
        }
    }
    void run_source(Index first, Index count, const at::Tensor& which) {
        const at::Tensor ids = task_.patching.source().narrow(0, first, count);
        ForwardRun run = record(ids);
        sources_ = std::move(run.sites);
        const at::Tensor logits = task_.reads.at_positions(run.logits);
        if (!task_.patching.base_is_clean()) clean_ = logits;
        result_.source.narrow(0, first, count).copy_(task_.reads(logits, clean_, ids, which));
    }
    /// The cells at the same place as the first, in all prompts.
    std::span<const PlannedCell> at_one_place(std::span<const PlannedCell> cells) const {
        const auto place = [&](const PlannedCell& c) { return c.what.index % task_.space.cells_per_prompt(); };
        std::size_t count = 1;
        while (count < cells.size() && place(cells[count]) == place(cells.front())) ++count;
        return cells.first(count);
    }

    at::Tensor run_cells(std::span<const PlannedCell> cells) {
        std::vector<Index> numbers;
        for (const PlannedCell& cell : cells) numbers.push_back(cell.what.prompt - first_);
        const at::Tensor prompts = index_of(numbers, ids_.device()), ids = ids_.index_select(0, prompts);
        const auto of = [&](const at::Tensor& all) { return all.index_select(0, prompts.to(all.device())); };
        const Cell& c = cells.front().what;
        const std::size_t site = task_.sites.of(c.part, c.layer);
        at::Tensor source;
        if (!sources_.empty()) source = sources_[site].size(0) == 1 ? sources_[site] : of(sources_[site]);
        HookSet hooks;
        hooks.add(task_.sites.sites()[site], [&](const at::Tensor& activation) {
            const at::Tensor whole = by_prompt(activation, ids.sizes(), task_.sites.width(site));
            return task_.space.edited(whole, source, c).view(activation.sizes());
        });
        const at::Tensor logits = task_.reads.at_positions(passes_.run(hooks, ids, prompts));
        return task_.reads(logits, of(clean_), ids, prompts.add(first_));
    }

    Passes& passes_;
    const SweepTask& task_;
    const SweepOptions& options_;
    SweepPlanner& planner_;
    Ledger& ledger_;
    SweepResult& result_;
    std::vector<at::Tensor> shared_, sources_;
    Index first_ = 0;
    at::Tensor ids_, clean_;  ///< of the prompts that are swept: [prompts, length], and the clean logits
};

}  // namespace suture::detail
