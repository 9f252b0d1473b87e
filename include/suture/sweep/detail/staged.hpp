// Sweeping a model in stages: the runs are recorded once, and the cells go through the blocks behind their patches.
#pragma once

#include "suture/sweep/detail/batch.hpp"
#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/ledger.hpp"
#include "suture/sweep/detail/task.hpp"

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
class StagedSweep {
public:
    StagedSweep(Stages& stages, const SweepTask& task, const SweepOptions& options, SweepResult& result, Ledger& book)
        : stages_(stages),
          task_(task),
          options_(options),
          result_(result),
          book_(book),
          optimisations_(options.optimisations),
          by_rows_(computes_rows<Stages> && optimisations_.suffix) {}

    /// Records one prompt, to see where the sites are. False if a site is not passed in a block or the head, or more than
    /// once: such a model must be swept plainly.
    bool look() {
        probe_ = record(task_.patching.base().narrow(0, 0, 1), kept_of_run::residual);
        if (by_rows_ && !are_passed(*probe_)) {
            by_rows_ = false;  // some sites are passed in whole runs only, as attention scores are
            probe_ = record(task_.patching.base().narrow(0, 0, 1), kept_of_run::residual);
        }
        if (!are_passed(*probe_)) return false;
        check_against_forward();
        return true;
    }

    void run() {
        const Index prompts = prompts_at_once();
        if (task_.prompts() > 1) probe_.reset();
        result_.how = by_rows_ ? "stages, row by row" : "stages";
        shared_ =
            shared_sources(task_, [&](const at::Tensor& ids) { return sites_of(record(ids, kept_of_run::nothing)); });
        for (Index first = 0; first < task_.prompts(); first += prompts)
            run_group(first, std::min(prompts, task_.prompts() - first));
    }

private:
    /// @throws ModelError if the stages give other logits than the model's own forward
    void check_against_forward() {
        if constexpr (forwards<Stages, const at::Tensor&>) {
            at::Tensor logits = task_.reads.at_positions(forward_of(stages_, task_.patching.base().narrow(0, 0, 1)));
            if (task_.reads.ids().defined()) logits = logits.index_select(-1, task_.reads.ids().to(logits.device()));
            const at::Tensor own = probe_->logits.to(at::kFloat);
            const double size = logits.abs().max().item<double>(), apart = own.sub(logits).abs().max().item<double>();
            const double rounding = probe_->logits.element_size() < 4 ? 0.1 : 1e-3;
            if (apart > rounding * (1 + size))
                throw ModelError(
                    "the stages of the model do not give what its forward gives: the logits of the first prompt "
                    "are up to " +
                    c10::str(apart) + " apart, of " + c10::str(size) +
                    ": correct embed, block and head, or sweep with Savings::none()");
        }
    }
    static bool are_passed(const StagedRun& run) {
        return std::all_of(run.sites.begin(), run.sites.end(),
                           [](const SitePass& s) { return s.times == 1 && s.stage >= 0; });
    }
    static std::vector<at::Tensor> sites_of(StagedRun run) {
        std::vector<at::Tensor> all;
        for (SitePass& s : run.sites) all.push_back(std::move(s.activation));
        return all;
    }
    StagedRun record(const at::Tensor& ids, kept_of_run keep) {
        return record_run(stages_, ids, task_.sites, task_.reads, by_rows_, keep);
    }

    std::int64_t memory() const { return static_cast<std::int64_t>(std::min(options_.memory, std::size_t{1} << 62)); }

    /// What the record of a prompt takes, with the pass that makes it and the metric of it.
    std::int64_t bytes_a_prompt() const {
        return probe_->bytes() * (task_.has_source() ? 2 : 1) + probe_->bytes_a_row * task_.tokens() +
               bytes_of_metric(probe_->logits);
    }
    /// How many prompts are recorded at once: as many as half of the memory holds.
    Index prompts_at_once() const { return std::clamp<Index>(memory() / 2 / bytes_a_prompt(), 1, task_.prompts()); }

    void run_group(Index first, Index count) {
        const at::Tensor ids = task_.patching.base().narrow(0, first, count);
        const at::Tensor which = task_.prompt_indices(first, count, ids.device());
        // The probe is what would be recorded here if there is but one prompt.
        RecordedGroup group{
            first, ids, probe_ ? *std::exchange(probe_, {}) : record(ids, kept_of_run::residual), shared_, {}};
        bytes_a_row_ = group.base.bytes_a_row;
        at::Tensor clean = group.base.logits;
        if (task_.has_source()) {
            const at::Tensor others = task_.patching.source().narrow(0, first, count);
            StagedRun source = record(others, kept_of_run::nothing);
            if (!task_.patching.base_is_clean()) clean = source.logits;
            result_.source.narrow(0, first, count).copy_(task_.reads(source.logits, clean, others, which));
            group.sources = sites_of(std::move(source));
        }
        if (task_.needs_clean()) group.clean_logits = clean;
        SweepPlanner planner(task_.space, task_.sites, task_.reads, optimisations_, stages_.layers(), by_rows_);
        bytes_of_recipes_ = 0;
        std::vector<PlannedCell> cells = planner.cells_of(group, memory() - bytes_of(group));
        for (const PlannedCell& cell : cells)
            if (cell.rows.defined()) bytes_of_recipes_ += static_cast<std::int64_t>(cell.rows.nbytes());
        book_.begin(first, task_.reads(group.base.logits, clean, ids, which), cells);
        SweepBatch<Stages> batch(stages_, task_.space, task_.sites, task_.reads, group, optimisations_, by_rows_);
        for (std::span<const PlannedCell> left = cells; !left.empty();) {
            const std::span<const PlannedCell> some = left.first(cells_at_once(left, group));
            if (book_.claims(some)) book_.add(some, batch.run(some));
            left = left.subspan(some.size());
        }
    }

    /// How many of these cells run together.
    /// @throws MemoryError if there is no room for one
    std::size_t cells_at_once(std::span<const PlannedCell> cells, const RecordedGroup& group) const {
        const std::int64_t recorded = bytes_of(group);
        const Index most = optimisations_.batch ? options_.batch : 1;
        std::size_t count = 0;
        Index longest = 0;
        for (; count < cells.size() && std::cmp_less(count, most); ++count) {
            longest = std::max(longest, by_rows_ ? task_.tokens() - cells[count].first : task_.tokens());
            const std::int64_t needed = recorded + static_cast<std::int64_t>(count + 1) * bytes_of_cell(longest, group);
            if (needed <= memory()) continue;
            if (count > 0) break;
            throw MemoryError("a cell of the sweep needs " + std::to_string(needed) +
                              " bytes with what is recorded of " + std::to_string(group.prompts()) +
                              " prompts but may hold " + std::to_string(memory()) +
                              ": allow more with the option 'memory'");
        }
        return count;
    }
    std::int64_t bytes_of(const RecordedGroup& group) const {
        std::int64_t bytes = group.base.bytes() + bytes_of_recipes_;
        for (const at::Tensor& t : group.sources) bytes += static_cast<std::int64_t>(t.nbytes());
        return bytes + (group.clean_logits.defined() ? static_cast<std::int64_t>(group.clean_logits.nbytes()) : 0);
    }
    /// What a cell takes at most while it runs in a batch whose longest has so many rows.
    std::int64_t bytes_of_cell(Index rows, const RecordedGroup& group) const {
        const at::Tensor& residual = group.base.residual.front();
        const std::int64_t row = bytes_a_row_ + 4 * static_cast<std::int64_t>(residual.nbytes()) / group.ids.numel();
        const std::int64_t logits = bytes_of_metric(group.base.logits) / group.prompts();
        return row * rows + bytes_of_attention(group) + logits;
    }
    /// The keys and values of a whole run, as recorded and as the query heads read them.
    std::int64_t bytes_of_attention(const RecordedGroup& group) const {
        if (group.base.keys.empty()) return 0;
        const at::Tensor& keys = group.base.keys.front();
        const auto element = static_cast<std::int64_t>(keys.element_size());
        return 2 * static_cast<std::int64_t>(keys.nbytes()) / group.prompts() +
               4 * element * group.base.attended_channels * task_.tokens();
    }
    /// The copies that a metric makes of logits, in 32 bits at least: those of both runs, their log probabilities, and what
    /// it makes of these.
    static std::int64_t bytes_of_metric(const at::Tensor& logits) {
        return 12 * logits.numel() * std::max<std::int64_t>(4, static_cast<std::int64_t>(logits.element_size()));
    }

    Stages& stages_;
    const SweepTask& task_;
    const SweepOptions& options_;
    SweepResult& result_;
    Ledger& book_;
    Optimisations optimisations_;
    bool by_rows_;
    std::optional<StagedRun> probe_;
    std::int64_t bytes_a_row_ = 0, bytes_of_recipes_ = 0;
    std::vector<at::Tensor> shared_;
};

}  // namespace suture::detail
