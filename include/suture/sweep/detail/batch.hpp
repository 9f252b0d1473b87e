// Running cells of a sweep together: one batch goes once through the blocks, and each cell joins it at its own.
#pragma once

#include "suture/sweep/detail/patch.hpp"
#include "suture/sweep/detail/records.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A cell while its batch runs.
struct RunningCell {
    const PlannedCell* planned;
    Segment computed;  ///< the positions that are computed for it
    Segment kept;      ///< those of them that leave the block that runs
};
/// One kind of segment of each cell.
inline Segments segments_of(const std::vector<RunningCell>& cells, Segment RunningCell::*which) {
    Segments all;
    for (const RunningCell& cell : cells) all.push_back(cell.*which);
    return all;
}

/// What cells write at one site, among all positions that a block computes or among those that it keeps. Which of the two
/// pass there is for the block to decide, and shows in their number.
struct PatchWrite {
    struct Target {
        Index count = 0;  ///< positions that pass
        std::vector<Index> places;
        std::vector<at::Tensor> values;
    };
    Target computed, kept;

    /// The activation with the patches; nothing if no position of them passes.
    std::optional<at::Tensor> operator()(const at::Tensor& activation) const {
        const Index passing = activation.numel() / activation.size(-1);
        const Target& mine = passing == computed.count ? computed : kept;
        if (passing != mine.count)
            throw ShapeError("a sweep gave the block " + std::to_string(computed.count) +
                             " positions, of which it keeps " + std::to_string(kept.count) +
                             ", but this activation is " + shape_text(activation.sizes()) +
                             ": pass all positions, or positions.kept() of them");
        if (mine.places.empty()) return std::nullopt;
        at::Tensor copy = activation.clone(at::MemoryFormat::Contiguous);
        copy.view({-1, copy.size(-1)}).index_copy_(0, index_of(mine.places, copy.device()), at::cat(mine.values));
        return copy;
    }
};

template <class Stages>
class SweepBatch {
public:
    SweepBatch(Stages& stages, const StagedTask& staged, const RecordedGroup& group)
        : stages_(stages), staged_(staged), group_(group) {}

    /// The metric of each of these cells: float64 [cells]. @pre they are in the order of the blocks that they start at
    at::Tensor run(std::span<const PlannedCell> cells) {
        waiting_ = cells;
        running_.clear();
        x_ = at::Tensor();
        for (Index layer = cells.front().start; layer < staged_.layers; ++layer) {
            join(layer);
            run_block_of(layer);
        }
        join(staged_.layers);
        return read_logits();
    }

private:
    /// The positions that a cell starts with.
    Segment first_segment(const PlannedCell& planned) const {
        const Index prompt = planned.what.prompt - group_.first_prompt, length = group_.ids.size(1);
        const Segment whole{prompt, 0, length};
        if (planned.start == staged_.layers)
            return read_part({prompt, staged_.by_position ? planned.first : 0, length});
        if (!staged_.by_position) return whole;
        return {prompt, planned.first, planned.by_itself ? planned.end : staged_.end_of_positions()};
    }
    /// The positions of a segment whose logits are read.
    Segment read_part(const Segment& s) const {
        if (!staged_.optimisations.unembed) return s;
        return {s.prompt, std::max(s.first, staged_.reads.first()), std::min(s.end, staged_.reads.end())};
    }

    /// Lets the cells in that start at this stage.
    void join(Index stage) {
        Segments joining;
        for (; !waiting_.empty() && waiting_.front().start == stage; waiting_ = waiting_.subspan(1)) {
            const Segment segment = first_segment(waiting_.front());
            running_.push_back({&waiting_.front(), segment, segment});
            joining.push_back(segment);
        }
        if (joining.empty()) return;
        const at::Tensor recorded = recorded_at(group_.base.residual[static_cast<std::size_t>(stage)], joining);
        x_ = x_.defined() ? at::cat({x_, recorded}) : recorded;
    }

    /// What the cells write in a stage, by site.
    std::map<std::size_t, PatchWrite> writes_in(Index stage) const {
        std::map<std::size_t, PatchWrite> writes;
        for (const RunningCell& cell : running_)
            if (cell.planned->stage == stage) writes[cell.planned->site];
        for (auto& [site, write] : writes) {
            write.computed = target_of(stage, site, &RunningCell::computed);
            write.kept = target_of(stage, site, &RunningCell::kept);
        }
        return writes;
    }
    PatchWrite::Target target_of(Index stage, std::size_t site, Segment RunningCell::*which) const {
        PatchWrite::Target target;
        for (const RunningCell& cell : running_) {
            const PlannedCell& planned = *cell.planned;
            const Segment& there = cell.*which;
            const Index first = std::max(planned.first, there.first), end = std::min(planned.end, there.end);
            if (planned.stage == stage && planned.site == site && first < end) {
                for (Index position = first; position < end; ++position)
                    target.places.push_back(target.count + position - there.first);
                target.values.push_back(patched(planned, first, end));
            }
            target.count += there.size();
        }
        return target;
    }
    /// What the cell makes of the positions [first, end) at its site: [positions, width].
    at::Tensor patched(const PlannedCell& planned, Index first, Index end) const {
        if (planned.edited.defined()) return planned.edited.narrow(0, first - planned.first, end - first);
        const Index prompt = planned.what.prompt - group_.first_prompt;
        const at::Tensor& source = group_.sources[planned.site];
        const at::Tensor from = source[source.size(0) == 1 ? 0 : prompt].narrow(0, first, end - first);
        at::Tensor made = group_.base.sites[planned.site].activation[prompt].narrow(0, first, end - first).clone();
        const StridedSlice channels = staged_.task.space.grid().parts()[planned.what.part].of_head(planned.what.head);
        cut_channels(made, channels).copy_(cut_channels(from, channels));
        return made;
    }

    /// Runs `f` while the cells patch what they patch in this stage.
    template <class F>
    at::Tensor while_patching(Index stage, const F& f) const {
        HookSet hooks;
        for (auto& [site, write] : writes_in(stage)) hooks.add(staged_.task.sites.sites()[site], std::move(write));
        Scope scope = hooks.activate();
        ScopeOfRun::stays_in_thread(scope);
        at::Tensor out = f();
        scope.end();
        return out;
    }

    void run_block_of(Index layer) {
        const bool is_last = layer + 1 == staged_.layers;
        if (!staged_.by_position) {
            run_whole_prompts(layer);
            if (is_last) select_read_positions();
            return;
        }
        if (is_last)
            for (RunningCell& cell : running_) cell.kept = read_part(cell.computed);
        run_positions(layer);
        for (RunningCell& cell : running_) cell.computed = cell.kept;
        if (!is_last) widen(layer);
    }
    void run_whole_prompts(Index layer) {
        const std::array<Index, 3> whole{static_cast<Index>(running_.size()), group_.ids.size(1), x_.size(-1)};
        x_ = while_patching(layer, [&] {
                 return run_block(layer, x_.view(whole), [&](const at::Tensor& x) { return stages_.block(layer, x); });
             }).flatten(0, 1);
    }
    /// @throws ShapeError if the block gives another number of positions than it is to keep
    void run_positions(Index layer) {
        if constexpr (computes_positions<Stages>) {
            const Segments kept = segments_of(running_, &RunningCell::kept);
            RunSegments positions(segments_of(running_, &RunningCell::computed), kept,
                                  group_.base.keys[static_cast<std::size_t>(layer)],
                                  group_.base.values[static_cast<std::size_t>(layer)]);
            x_ = while_patching(layer, [&] {
                return run_block(layer, x_, [&](const at::Tensor& x) { return stages_.block(layer, x, positions); });
            });
            if (x_.size(0) != positions_in(kept))
                throw ShapeError("block " + std::to_string(layer) + " of the model gave " + shape_text(x_.sizes()) +
                                 " for " + std::to_string(positions_in(kept)) +
                                 " kept positions: let what bypasses attention go through positions.kept()");
        }
    }
    /// Drops the positions of whole prompts that nothing reads.
    void select_read_positions() {
        std::vector<Index> taken;
        Index offset = 0;
        for (RunningCell& cell : running_) {
            const Segment part = read_part(cell.computed);
            for (Index position = part.first; position < part.end; ++position)
                taken.push_back(offset + position - cell.computed.first);
            offset += cell.computed.size();
            cell.computed = cell.kept = part;
        }
        x_ = x_.index_select(0, index_of(taken, x_.device()));
    }

    /// A patch that changes only its own positions in its block changes the later ones from the next block on: adds them.
    void widen(Index layer) {
        const Index end = staged_.end_of_positions();
        Segments missing;
        std::vector<Index> order;
        Index own = 0, added = x_.size(0);
        for (RunningCell& cell : running_) {
            Segment& segment = cell.computed;
            for (Index i = segment.first; i < segment.end; ++i) order.push_back(own++);
            if (segment.end < end) missing.push_back({segment.prompt, segment.end, end});
            for (; segment.end < end; ++segment.end) order.push_back(added++);
            cell.kept = segment;
        }
        if (missing.empty()) return;
        const at::Tensor recorded = recorded_at(group_.base.residual[static_cast<std::size_t>(layer) + 1], missing);
        x_ = at::cat({x_, recorded}).index_select(0, index_of(order, x_.device()));
    }

    at::Tensor read_logits() const {
        const LogitReads& reads = staged_.reads;
        const at::Tensor logits = while_patching(staged_.layers, [&] { return logits_of(stages_, x_, reads.ids()); });
        // Positions that are read but were not computed are as in the run that is patched.
        const at::Tensor prompts = prompts_of(segments_of(running_, &RunningCell::computed), logits.device());
        at::Tensor all = group_.base.logits.index_select(0, prompts);
        std::vector<Index> from, to;
        Index at = 0, cell_begin = 0;
        for (const RunningCell& cell : running_) {
            for (Index position = cell.computed.first; position < cell.computed.end; ++position, ++at)
                if (position >= reads.first() && position < reads.end())
                    from.push_back(at), to.push_back(cell_begin + position - reads.first());
            cell_begin += reads.positions();
        }
        all.flatten(0, 1).index_copy_(0, index_of(to, all.device()),
                                      logits.index_select(0, index_of(from, logits.device())));
        const at::Tensor clean =
            group_.clean_logits.defined() ? group_.clean_logits.index_select(0, prompts) : at::Tensor();
        return reads(all, clean, group_.ids.index_select(0, prompts.to(group_.ids.device())),
                     prompts.add(group_.first_prompt));
    }

    Stages& stages_;
    const StagedTask& staged_;
    const RecordedGroup& group_;
    std::span<const PlannedCell> waiting_;  ///< cells that have not joined
    std::vector<RunningCell> running_;
    at::Tensor x_;  ///< the residual stream of the running cells, segment after segment: [positions, width]
};

}  // namespace suture::detail
