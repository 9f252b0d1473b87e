// Sweeping a model in stages: its runs are recorded once, and the cells go through the blocks after their patches.
#pragma once

#include "suture/sweep/detail/batch.hpp"
#include "suture/sweep/detail/checks.hpp"
#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/memory.hpp"
#include "suture/sweep/detail/plan.hpp"
#include "suture/sweep/detail/sources.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

template <class Stages>
class StagedSweep {
public:
    StagedSweep(Stages& stages, const SweepTask& task, const SweepOptions& options, SweepPlanner& planner,
                Ledger& ledger, SweepResult& result)
        : stages_(stages),
          task_(task),
          options_(options),
          planner_(planner),
          ledger_(ledger),
          result_(result),
          staged_{task,
                  options.optimisations.unembed && reads_some_logits<Stages> ? task.reads.of_read_ids() : task.reads,
                  options.optimisations, stages.layers(), computes_positions<Stages> && options.optimisations.suffix} {}

    /// Records one prompt to find out where the sites are. False if a site is not passed in a block or the unembedding, or
    /// more than once: such a model must be swept by its forward.
    /// @throws ModelError if the stages give other logits than the model's own forward
    bool can_run() {
        if constexpr (requires { stages_.stages_agree(first_prompt()); })
            if (!stages_.stages_agree(first_prompt())) return false;
        if constexpr (requires { stages_.computes_positions(first_prompt()); })
            staged_.by_position = staged_.by_position && stages_.computes_positions(first_prompt());
        probe_ = run_without_drawing(options_.training, [&] { return record(first_prompt(), KeptOfRun::residual); });
        if (staged_.by_position && !are_passed(*probe_)) {
            staged_.by_position = false;  // some sites are passed by whole prompts only, as attention scores are
            probe_ = record(first_prompt(), KeptOfRun::residual);
        }
        if (!are_passed(*probe_)) return false;
        check_against_forward();
        return true;
    }

    /// @pre can_run() returned true
    void run() {
        const Index prompts = prompts_in_a_group(task_, options_, *probe_);
        if (task_.prompts() > 1) probe_.reset();
        result_.method = staged_.by_position ? SweepMethod::stages_by_position : SweepMethod::stages;
        shared_ = shared_sources(
            task_, [&](const at::Tensor& ids) { return activations_of(record(ids, KeptOfRun::nothing).sites); });
        for (Index first = 0; first < task_.prompts(); first += prompts)
            run_group(first, std::min(prompts, task_.prompts() - first));
    }

private:
    at::Tensor first_prompt() const { return task_.patching.base().narrow(0, 0, 1); }
    StagedRun record(const at::Tensor& ids, KeptOfRun keep) { return record_run(stages_, staged_, ids, keep); }
    static bool are_passed(const StagedRun& run) {
        return std::all_of(run.sites.begin(), run.sites.end(),
                           [](const SitePass& s) { return s.times == 1 && s.stage >= 0; });
    }
    void check_against_forward() {
        if constexpr (forwards<Stages, const at::Tensor&>) {
            at::Tensor logits = task_.reads.at_positions(forward_of(stages_, first_prompt()));
            const at::Tensor& ids = staged_.reads.ids();
            if (ids.defined()) logits = logits.index_select(-1, ids.to(logits.device()));
            const at::Tensor own = probe_->logits.to(at::kFloat);
            const double size = logits.abs().max().item<double>(), apart = own.sub(logits).abs().max().item<double>();
            const double rounding = probe_->logits.element_size() < 4 ? 0.1 : 1e-3;
            if (apart > rounding * (1 + size))
                throw ModelError(
                    "the stages of the model do not give what its forward gives: "
                    "the logits of the first prompt differ by up to " +
                    c10::str(apart) + ", and the largest is " + c10::str(size) +
                    ": correct embed, block and unembed, or sweep with Optimisations::none()");
        }
    }

    /// Records some prompts, with what is put into their runs, and notes the metric of the source runs.
    /// @param clean the logits of the clean runs
    RecordedGroup record_group(Index first, Index count, at::Tensor& clean) {
        const at::Tensor ids = task_.patching.base().narrow(0, first, count);
        // The probe is this record already if there is only one prompt.
        RecordedGroup group{
            first, ids, probe_ ? *std::exchange(probe_, {}) : record(ids, KeptOfRun::residual), shared_, {}};
        clean = group.base.logits;
        if (task_.has_source()) {
            const at::Tensor others = task_.patching.source().narrow(0, first, count);
            StagedRun source = record(others, KeptOfRun::nothing);
            if (!task_.patching.base_is_clean()) clean = source.logits;
            const at::Tensor which = task_.prompt_indices(first, count, ids.device());
            result_.source.narrow(0, first, count).copy_(staged_.reads(source.logits, clean, others, which));
            group.sources = activations_of(std::move(source.sites));
        }
        if (task_.needs_clean()) group.clean_logits = clean;
        return group;
    }
    void run_group(Index first, Index count) {
        at::Tensor clean;
        const RecordedGroup group = record_group(first, count, clean);
        const SweepPlan plan = planner_.of_group(staged_, group, allowed_bytes(options_) - bytes_of(group));
        const at::Tensor which = task_.prompt_indices(first, count, group.ids.device());
        const at::Tensor baseline = staged_.reads(group.base.logits, clean, group.ids, which);
        check_runs(task_, first, baseline,
                   result_.source.defined() ? result_.source.narrow(0, first, count) : at::Tensor());
        ledger_.begin(first, baseline, plan.unchanged, plan.left_out);
        const GroupMemory memory(staged_, options_, group, plan.to_run);
        SweepBatch<Stages> batch(stages_, staged_, group);
        for (std::span<const PlannedCell> left = plan.to_run; !left.empty();) {
            const std::span<const PlannedCell> some = left.first(memory.cells_at_once(left));
            if (planner_.claims(some)) add_checked(ledger_, result_, values_by_cell(some, batch.run(some)));
            left = left.subspan(some.size());
        }
    }

    Stages& stages_;
    const SweepTask& task_;
    const SweepOptions& options_;
    SweepPlanner& planner_;
    Ledger& ledger_;
    SweepResult& result_;
    StagedTask staged_;
    std::optional<StagedRun> probe_;
    std::vector<at::Tensor> shared_;
};

}  // namespace suture::detail
