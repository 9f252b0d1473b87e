// What a sweep in stages records: the runs that it patches, and those that it takes activations from.
#pragma once

#include "suture/sweep/detail/peak_memory.hpp"
#include "suture/sweep/detail/segments.hpp"
#include "suture/sweep/detail/site_recorder.hpp"
#include "suture/sweep/detail/stages.hpp"
#include "suture/sweep/detail/task.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A run of some prompts, stage by stage.
struct StagedRun {
    at::Tensor logits;                 ///< [prompts, positions that are read, ids]
    std::vector<at::Tensor> residual;  ///< the input of each block and of the unembedding, [prompts, positions, width]
    std::vector<at::Tensor> keys, values;  ///< of each block, [prompts, positions, key heads, head width]
    std::vector<SitePass> sites;
    std::int64_t bytes_per_position = 0;  ///< the most that a block takes while it runs
    Index attended_channels = 0;          ///< heads times head width of the queries; 0 for whole prompts
};

/// What is kept of a run besides the activations at the sites.
enum class KeptOfRun : unsigned char { nothing, residual };

/// Runs some prompts and records the run.
template <class Stages>
class StagedRecording {
public:
    StagedRecording(Stages& stages, const StagedTask& staged, const at::Tensor& ids, KeptOfRun keep)
        : stages_(stages),
          staged_(staged),
          ids_(ids),
          keeps_residual_(keep == KeptOfRun::residual),
          recorder_(staged.task.sites, ids.sizes(), SiteRecording::in_stages) {}

    StagedRun run() {
        Scope scope = recorder_.activate();
        ScopeOfRun::stays_in_thread(scope);
        at::Tensor x = run_stage("the embedding", ids_, [&](const at::Tensor& in) { return stages_.embed(in); });
        for (Index layer = 0; layer < staged_.layers; ++layer) x = run_layer(layer, x);
        recorder_.enter(staged_.layers);
        if (keeps_residual_) run_.residual.push_back(x);
        // A site that is still to come belongs to the unembedding, which then must see all positions.
        const LogitReads& reads = staged_.reads;
        run_.logits = recorder_.has_seen_all() ? logits_of(stages_, reads.at_positions(x), reads.ids())
                                               : reads.at_positions(logits_of(stages_, x, reads.ids()));
        scope.end();
        run_.sites = recorder_.take();
        return std::move(run_);
    }

private:
    at::Tensor run_layer(Index layer, const at::Tensor& x) {
        recorder_.enter(layer);
        if (keeps_residual_) run_.residual.push_back(x);
        const PeakMemory peak;
        at::Tensor out;
        if (staged_.by_position)
            out = run_by_position(layer, x);
        else
            out = run_block(layer, x, [&](const at::Tensor& in) { return stages_.block(layer, in); });
        run_.bytes_per_position = std::max(run_.bytes_per_position, peak.bytes() / ids_.numel() + 1);
        return out;
    }
    /// @throws HookError if the block does not let its positions attend
    at::Tensor run_by_position(Index layer, const at::Tensor& x) {
        if constexpr (computes_positions<Stages>) {
            WholeRuns positions(ids_.size(0), ids_.size(1), x.device());
            recorder_.enter(layer, &positions);
            const std::array<Index, 2> split{ids_.size(0), ids_.size(1)};
            const at::Tensor out = run_block(layer, x.flatten(0, 1), [&](const at::Tensor& in) {
                                       return stages_.block(layer, in, positions);
                                   }).unflatten(0, at::IntArrayRef(split));
            recorder_.enter(layer);
            if (!positions.attended())
                throw HookError("block " + std::to_string(layer) +
                                " of the model never called attend() on the positions that it was given: call it, or "
                                "switch the optimisation 'suffix' off");
            if (keeps_residual_) run_.keys.push_back(positions.keys()), run_.values.push_back(positions.values());
            run_.attended_channels = std::max(run_.attended_channels, positions.attended_channels());
            return out;
        } else {
            return {};  // never reached: by_position implies it
        }
    }

    Stages& stages_;
    const StagedTask& staged_;
    at::Tensor ids_;
    bool keeps_residual_;
    SiteRecorder recorder_;
    StagedRun run_;
};
template <class Stages>
StagedRun record_run(Stages& stages, const StagedTask& staged, const at::Tensor& ids, KeptOfRun keep) {
    return StagedRecording<Stages>(stages, staged, ids, keep).run();
}

/// The runs of a group of prompts, and what is put into them.
struct RecordedGroup {
    Index first_prompt = 0;
    at::Tensor ids;  ///< [prompts, positions]
    StagedRun base;
    std::vector<at::Tensor> sources;  ///< of each site, [prompts or 1, positions, width]; empty for recipes
    at::Tensor clean_logits;          ///< [prompts, positions that are read, ids]; undefined unless the metric compares
    Index prompts() const { return ids.size(0); }
};

}  // namespace suture::detail
