// Patches of a sweep in stages: where in the model a cell's patch lies, which positions it changes, and whether it can have
// an effect on what is read.
#pragma once

#include "suture/sweep/detail/records.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>

namespace suture::detail {

/// A cell that may have to be run.
struct PlannedCell {
    Cell what;
    std::size_t site = 0;
    Index stage = 0;           ///< the block that it is patched in
    Index start = 0;           ///< the block that it starts at
    Index first = 0, end = 0;  ///< the positions that are patched
    bool by_itself = false;    ///< in its block, the patched positions change no others
    at::Tensor edited;         ///< what a recipe makes of them, [positions, width]
};

/// Locates the cells of one group of prompts.
class PatchLocator {
public:
    PatchLocator(const StagedTask& staged, const RecordedGroup& group) : staged_(staged), group_(group) {}

    PlannedCell locate(const Cell& c) {
        PlannedCell planned;
        planned.what = c;
        planned.site = task().sites.of(c.part, c.layer);
        const SitePass& site = group_.base.sites[planned.site];
        planned.stage = site.stage;
        planned.start = staged_.optimisations.prefix ? site.stage : 0;
        if (task().space.grid().recipes().empty())
            place_patch(planned);
        else
            place_recipe(planned);
        planned.end = std::min(planned.end, staged_.end_of_positions());
        planned.by_itself =
            staged_.by_position && staged_.optimisations.prefix && (site.after_attention || planned.by_itself);
        return planned;
    }

    /// Whether a located cell can differ from the baseline.
    bool has_effect(const PlannedCell& planned) const {
        if (planned.first >= planned.end) return false;
        const bool is_last = planned.stage >= staged_.layers - (planned.by_itself ? 1 : 0);
        const LogitReads& reads = staged_.reads;
        return !staged_.by_position || !is_last || (planned.first < reads.end() && planned.end > reads.first());
    }

private:
    const SweepTask& task() const { return staged_.task; }
    const GridPart& part_of(const Cell& c) const { return task().space.grid().parts()[c.part]; }

    void place_patch(PlannedCell& planned) {
        const Cell& c = planned.what;
        const GridPart& part = part_of(c);
        planned.by_itself = holds(part.queries, part.part.where);
        const bool* changes =
            positions_changed(c).data_ptr<bool>() + (c.prompt - group_.first_prompt) * task().length();
        place_positions(planned, changes, c.positions.begin, c.positions.begin + c.positions.size);
    }
    void place_recipe(PlannedCell& planned) {
        const Cell& c = planned.what;
        const at::Tensor before = group_.base.sites[planned.site].activation[c.prompt - group_.first_prompt];
        const at::Tensor after = task().space.edited(before.unsqueeze(0), {}, c).squeeze(0);
        const at::Tensor changes = after.ne(before);
        const at::Tensor positions = changes.any(-1).cpu();
        const StridedSlice& queries = part_of(c).queries;
        if (queries.width > 0)
            planned.by_itself = changes.sum().item<Index>() == cut_channels(changes, queries).sum().item<Index>();
        place_positions(planned, positions.data_ptr<bool>(), 0, task().length());
        planned.edited = after.narrow(0, planned.first, planned.end - planned.first).clone();
    }
    /// From the first position that changes to the last: none if none changes, all without the optimisation.
    void place_positions(PlannedCell& planned, const bool* changes, Index begin, Index end) const {
        if (staged_.optimisations.skip_unchanged) {
            while (begin < end && !changes[begin]) ++begin;
            while (begin < end && !changes[end - 1]) --end;
        }
        planned.first = begin, planned.end = end;
    }
    /// Whether the second slice of channels lies in the first.
    static bool holds(const StridedSlice& outer, const StridedSlice& inner) {
        return outer.width > 0 && inner.offset >= outer.offset &&
               (inner.groups == 1 ? inner.offset + inner.width <= outer.offset + outer.width && outer.groups == 1
                                  : inner == outer);
    }

    /// Where the source differs from the base in the channels of a cell: bool [prompts, positions], on the CPU.
    const at::Tensor& positions_changed(const Cell& c) {
        at::Tensor& known = changed_[{c.part, c.layer, c.head}];
        if (known.defined()) return known;
        const std::size_t site = task().sites.of(c.part, c.layer);
        const StridedSlice channels = part_of(c).of_head(c.head);
        const at::Tensor base = cut_channels(group_.base.sites[site].activation, channels);
        const at::Tensor differs = base.ne(cut_channels(group_.sources[site], channels));
        return known = differs.flatten(2).any(-1).cpu().contiguous();
    }

    const StagedTask& staged_;
    const RecordedGroup& group_;
    std::map<std::tuple<std::size_t, std::size_t, Index>, at::Tensor> changed_;
};

}  // namespace suture::detail
