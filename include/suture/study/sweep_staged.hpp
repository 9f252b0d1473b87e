// Sweeping a model in stages: the runs are recorded once, and the cells go through the blocks behind their patches.
#pragma once

#include "suture/study/sweep_batch.hpp"
#include "suture/study/sweep_ledger.hpp"
#include "suture/study/sweep_task.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Runs the cells of a model in stages.
template <class Stages>
class staged_sweep {
public:
    staged_sweep(Stages& stages, const sweep_task& task, const SweepOptions& options, SweepResult& result, ledger& book)
        : stages_(stages),
          task_(task),
          options_(options),
          result_(result),
          book_(book),
          savings_(options.savings),
          by_rows_(computes_rows<Stages> && savings_.suffix) {}

    /// Records one prompt, to see where the sites are. False if a site is not passed in a block or the head, or more than
    /// once: such a model must be swept plainly.
    bool look() {
        probe_ = record(task_.patching.base().narrow(0, 0, 1), kept_of_run::residual);
        if (by_rows_ && !are_passed(*probe_)) {
            by_rows_ = false;  // some sites are passed in whole runs only, as attention scores are
            probe_ = record(task_.patching.base().narrow(0, 0, 1), kept_of_run::residual);
        }
        return are_passed(*probe_);
    }

    void run() {
        const extent prompts = prompts_at_once();
        result_.how = by_rows_ ? "stages, row by row" : "stages";
        shared_ =
            shared_sources(task_, [&](const at::Tensor& ids) { return sites_of(record(ids, kept_of_run::nothing)); });
        for (extent first = 0; first < task_.prompts(); first += prompts)
            run_group(first, std::min(prompts, task_.prompts() - first));
    }

private:
    static bool are_passed(const run_record& run) {
        return std::all_of(run.sites.begin(), run.sites.end(),
                           [](const site_record& s) { return s.times == 1 && s.stage >= 0; });
    }
    static std::vector<at::Tensor> sites_of(run_record run) {
        std::vector<at::Tensor> all;
        for (site_record& s : run.sites) all.push_back(std::move(s.activation));
        return all;
    }
    run_record record(const at::Tensor& ids, kept_of_run keep) {
        return record_run(stages_, ids, task_.sites, task_.reads, by_rows_, keep);
    }

    std::int64_t bytes_a_prompt() const {
        return probe_->bytes() * (task_.has_source() ? 2 : 1) + probe_->bytes_a_row * task_.tokens();
    }
    /// How many prompts are recorded at once: as many as half of the memory holds.
    extent prompts_at_once() const {
        const auto half = static_cast<extent>(options_.memory / 2);
        return std::clamp<extent>(half / bytes_a_prompt(), 1, task_.prompts());
    }

    void run_group(extent first, extent count) {
        const at::Tensor ids = task_.patching.base().narrow(0, first, count);
        const at::Tensor which = task_.prompt_indices(first, count, ids.device());
        // The probe is what would be recorded here if there is but one prompt.
        recorded_group group{first,
                             ids,
                             count == 1 && first == 0 ? *std::exchange(probe_, {}) : record(ids, kept_of_run::residual),
                             shared_,
                             {}};
        bytes_a_row_ = std::max(bytes_a_row_, group.base.bytes_a_row);
        at::Tensor clean = group.base.logits;
        if (task_.has_source()) {
            const at::Tensor others = task_.patching.source().narrow(0, first, count);
            run_record source = record(others, kept_of_run::nothing);
            if (!task_.patching.base_is_clean()) clean = source.logits;
            result_.source.narrow(0, first, count).copy_(task_.reads(source.logits, clean, others, which));
            group.sources = sites_of(std::move(source));
        }
        if (task_.needs_clean()) group.clean_logits = clean;
        sweep_planner planner(task_.space, task_.sites, task_.reads, savings_, stages_.layers(), by_rows_);
        std::vector<planned_cell> cells = planner.cells_of(group);
        book_.begin(first, task_.reads(group.base.logits, clean, ids, which), cells);
        sweep_batch<Stages> batch(stages_, task_.space, task_.sites, task_.reads, group, savings_, by_rows_);
        for (std::span<const planned_cell> left = cells; !left.empty();) {
            const std::span<const planned_cell> some = left.first(cells_at_once(left, group));
            if (book_.claims(some)) book_.add(some, batch.run(some));
            left = left.subspan(some.size());
        }
    }

    /// How many of these cells run together.
    /// @throws MemoryError if there is no room for one
    std::size_t cells_at_once(std::span<const planned_cell> cells, const recorded_group& group) const {
        const std::int64_t memory = static_cast<std::int64_t>(options_.memory);
        std::int64_t held = group.base.bytes();
        for (const at::Tensor& t : group.sources) held += static_cast<std::int64_t>(t.nbytes());
        const extent most = savings_.batch ? std::max<extent>(options_.batch, 1) : 1;
        std::size_t count = 0;
        for (; count < cells.size() && count < static_cast<std::size_t>(most); ++count) {
            held += bytes_of(cells[count], group);
            if (held > memory) break;
        }
        if (count == 0)
            throw MemoryError("a cell of the sweep needs " + std::to_string(held) + " bytes with what is recorded of " +
                              std::to_string(group.prompts()) + " prompts but may hold " + std::to_string(memory) +
                              ": allow more with the option 'memory'");
        return count;
    }
    /// What a cell takes at most while it runs.
    std::int64_t bytes_of(const planned_cell& cell, const recorded_group& group) const {
        const extent tokens = task_.tokens();
        const at::Tensor &residual = group.base.residual.front(), &logits = group.base.logits;
        const std::int64_t row = bytes_a_row_ + 4 * static_cast<std::int64_t>(residual.nbytes()) / group.ids.numel();
        std::int64_t bytes = row * (by_rows_ ? tokens - cell.first : tokens);
        // The keys and values of the whole run, as recorded and as the heads read them.
        if (by_rows_) bytes += 4 * static_cast<std::int64_t>(group.base.keys.front().nbytes()) / group.prompts();
        return bytes + 6 * static_cast<std::int64_t>(logits.nbytes()) / group.prompts();
    }

    Stages& stages_;
    const sweep_task& task_;
    const SweepOptions& options_;
    SweepResult& result_;
    ledger& book_;
    Savings savings_;
    bool by_rows_;
    std::optional<run_record> probe_;
    std::int64_t bytes_a_row_ = 0;
    std::vector<at::Tensor> shared_;
};

}  // namespace suture::detail
