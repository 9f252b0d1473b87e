// Sweeping a model by its forward: one pass a cell. What every other way is measured against.
#pragma once

#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/ledger.hpp"
#include "suture/sweep/detail/task.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Sweeps place by place: each forward pass has the same place patched in as many prompts as the memory holds.
template <class Model>
class PlainSweep {
public:
    PlainSweep(Model& model, const SweepTask& task, const SweepOptions& options, SweepResult& result, Ledger& book)
        : model_(model), task_(task), options_(options), result_(result), book_(book) {}

    void run() {
        result_.how = "one forward pass a cell";
        shared_ = shared_sources(task_,
                                 [&](const at::Tensor& ids) { return record_forward(model_, ids, task_.sites).sites; });
        const Index prompts = prompts_at_once();
        for (Index first = 0; first < task_.prompts(); first += prompts)
            run_group(first, std::min(prompts, task_.prompts() - first));
    }

private:
    /// @throws MemoryError if a pass of one prompt takes more than is allowed
    Index prompts_at_once() {
        const PeakMemory peak;
        const ForwardRun one = record_forward(model_, task_.patching.base().narrow(0, 0, 1), task_.sites);
        // A pass with its records, those of the source, and the logits that are kept.
        const std::int64_t bytes = 2 * peak.bytes() + 12 * 4 * one.logits.numel();
        const auto memory = static_cast<std::int64_t>(std::min(options_.memory, std::size_t{1} << 62));
        if (bytes > memory)
            throw MemoryError("a forward pass of the sweep needs " + std::to_string(bytes) + " bytes but may hold " +
                              std::to_string(memory) + ": allow more with the option 'memory'");
        return std::clamp<Index>(memory / bytes, 1, options_.optimisations.batch ? task_.prompts() : 1);
    }

    void run_group(Index first, Index count) {
        first_ = first;
        ids_ = task_.patching.base().narrow(0, first, count);
        const at::Tensor which = task_.prompt_indices(first, count, ids_.device());
        const at::Tensor logits = task_.reads.at_positions(record_forward(model_, ids_, task_.sites).logits);
        clean_ = logits;
        sources_ = shared_;
        if (task_.has_source()) run_source(first, count, which);
        std::vector<PlannedCell> cells = cells_of(first, count);
        book_.begin(first, task_.reads(logits, clean_, ids_, which), cells);
        for (std::span<const PlannedCell> left = cells; !left.empty();) {
            const std::span<const PlannedCell> same = at_one_place(left);
            if (book_.claims(same)) book_.add(same, run_cells(same));
            left = left.subspan(same.size());
        }
    }
    void run_source(Index first, Index count, const at::Tensor& which) {
        const at::Tensor ids = task_.patching.source().narrow(0, first, count);
        ForwardRun run = record_forward(model_, ids, task_.sites);
        sources_ = std::move(run.sites);
        const at::Tensor logits = task_.reads.at_positions(run.logits);
        if (!task_.patching.base_is_clean()) clean_ = logits;
        result_.source.narrow(0, first, count).copy_(task_.reads(logits, clean_, ids, which));
    }

    /// Place by place, and prompt by prompt at each.
    std::vector<PlannedCell> cells_of(Index first, Index count) const {
        std::vector<PlannedCell> cells;
        for (Index place = 0; place < task_.space.cells_a_prompt(); ++place)
            for (Index prompt = first; prompt < first + count; ++prompt) {
                cells.emplace_back();
                cells.back().what = task_.space.at(prompt * task_.space.cells_a_prompt() + place);
            }
        return cells;
    }
    std::span<const PlannedCell> at_one_place(std::span<const PlannedCell> cells) const {
        const auto place = [&](const PlannedCell& c) { return c.what.index % task_.space.cells_a_prompt(); };
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
        const auto handle = hooks.add(task_.sites.sites()[site], [&](const at::Tensor& activation) {
            const at::Tensor by_token = by_prompt(activation, ids.sizes(), task_.sites.width(site));
            return task_.space.edited(by_token, source, c).view(activation.sizes());
        });
        Scope scope = hooks.activate();
        const at::Tensor logits = task_.reads.at_positions(forward_of(model_, ids));
        scope.end();
        return task_.reads(logits, of(clean_), ids, prompts.add(first_));
    }

    Model& model_;
    const SweepTask& task_;
    const SweepOptions& options_;
    SweepResult& result_;
    Ledger& book_;
    std::vector<at::Tensor> shared_, sources_;
    Index first_ = 0;
    at::Tensor ids_, clean_;  ///< of the prompts that are swept: [prompts, tokens], and the clean logits
};

}  // namespace suture::detail
