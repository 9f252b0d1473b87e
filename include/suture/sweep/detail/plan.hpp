// The plan of a sweep: which cells must be run at all, from which block on, which of their rows change, and which run
// together.
#pragma once

#include "suture/sweep/detail/records.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace suture {

/// What makes a sweep fast. Each can be switched off, and none changes a number by more than rounding.
struct Optimisations {
    bool prefix = true;          ///< a cell begins at its own block, with the recorded input of the run that it patches
    bool batch = true;           ///< cells run together, so that weights are read once for many
    bool skip_unchanged = true;  ///< a patch that changes nothing is not run: its cell is the baseline
    bool suffix =
        true;  ///< only rows that a patch can change are computed, with the recorded keys and values of the others
    bool unembed = true;  ///< logits are computed only where the metric reads, of the token ids that it reads

    /// One forward pass a cell.
    static constexpr Optimisations none() { return {false, false, false, false, false}; }
    constexpr bool operator==(const Optimisations&) const = default;
};

namespace detail {
/// A cell that is to be run.
struct PlannedCell {
    Cell what;
    std::size_t site = 0;
    Index stage = 0;           ///< the block that it is patched in
    Index start = 0;           ///< the block that it begins at
    Index first = 0, end = 0;  ///< the rows that are patched
    bool by_itself = false;    ///< in its block, the patched rows change no others
    at::Tensor rows;           ///< what a recipe makes of them, [rows, width]
};

/// The runs that a group of prompts has, and what is put into them.
struct RecordedGroup {
    Index first_prompt = 0;
    at::Tensor ids;  ///< [prompts, tokens]
    StagedRun base;
    std::vector<at::Tensor>
        sources;              ///< of each site, [prompts or 1, tokens, width]; undefined where recipes say it all
    at::Tensor clean_logits;  ///< [prompts, positions, ids]; undefined if no one asks
    Index prompts() const { return ids.size(0); }
};

class SweepPlanner {
public:
    SweepPlanner(const CellSpace& space, const SweepSites& sites, const LogitReads& reads,
                 const Optimisations& optimisations, Index layers, bool by_rows)
        : space_(space),
          sites_(sites),
          reads_(reads),
          optimisations_(optimisations),
          layers_(layers),
          by_rows_(by_rows) {}

    /// The cells of the group that have to be run, those that begin early first, and of these the longest; the others are
    /// the baseline.
    /// @throws MemoryError if what recipes make of the group's rows takes more than so many bytes
    std::vector<PlannedCell> cells_of(const RecordedGroup& group, std::int64_t memory) {
        changed_.clear();
        std::vector<PlannedCell> cells;
        const Index per_prompt = space_.cells_a_prompt();
        for (Index index = group.first_prompt * per_prompt; index < (group.first_prompt + group.prompts()) * per_prompt;
             ++index) {
            PlannedCell planned = located(group, space_.at(index));
            if (!has_effect(planned)) continue;
            if (planned.rows.defined()) memory -= static_cast<std::int64_t>(planned.rows.nbytes());
            if (memory < 0)
                throw MemoryError(
                    "what the recipes make of the rows of " + std::to_string(group.prompts()) +
                    " prompts does not fit into the memory that is allowed: sweep fewer recipes or prompts at "
                    "a time, or allow more with the option 'memory'");
            cells.push_back(std::move(planned));
        }
        std::stable_sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) {
            return std::pair(a.start, a.first) < std::pair(b.start, b.first);
        });
        return cells;
    }

    /// The rows of a prompt that come to matter: those up to the last one that is read, if no row sees later ones.
    Index rows_that_matter(Index tokens) const { return by_rows_ ? std::min(tokens, reads_.end()) : tokens; }

private:
    PlannedCell located(const RecordedGroup& group, const Cell& c) {
        PlannedCell planned;
        planned.what = c;
        planned.site = sites_.of(c.part, c.layer);
        const SitePass& site = group.base.sites[planned.site];
        planned.stage = site.stage;
        planned.start = optimisations_.prefix ? site.stage : 0;
        if (space_.grid().recipes().empty())
            place_patch(planned, group);
        else
            place_recipe(planned, group);
        planned.end = std::min(planned.end, rows_that_matter(group.ids.size(1)));
        planned.by_itself = by_rows_ && optimisations_.prefix && (site.after_attention || planned.by_itself);
        return planned;
    }

    void place_patch(PlannedCell& planned, const RecordedGroup& group) {
        const Cell& c = planned.what;
        const GridPart& part = space_.grid().parts()[c.part];
        planned.by_itself = holds(part.queries, part.channels.where);
        const bool* changes =
            rows_changed(c, group).data_ptr<bool>() + (c.prompt - group.first_prompt) * group.ids.size(1);
        place_rows(planned, changes, c.tokens.begin, c.tokens.begin + c.tokens.size);
    }
    void place_recipe(PlannedCell& planned, const RecordedGroup& group) {
        const Cell& c = planned.what;
        const Index tokens = group.ids.size(1);
        const at::Tensor before = group.base.sites[planned.site].activation[c.prompt - group.first_prompt];
        const at::Tensor after = space_.edited(before.unsqueeze(0), {}, c).squeeze(0);
        const at::Tensor changes = after.ne(before);
        const at::Tensor rows = changes.any(-1).cpu();
        const StridedSlice& queries = space_.grid().parts()[c.part].queries;
        if (queries.width > 0)
            planned.by_itself =
                changes.sum().item<Index>() == cut_channels(changes, {queries, queries.groups > 1}).sum().item<Index>();
        place_rows(planned, rows.data_ptr<bool>(), 0, tokens);
        planned.rows = after.narrow(0, planned.first, planned.end - planned.first).clone();
    }
    /// From the first to the last row that changes; none if no row does, and all without the saving.
    void place_rows(PlannedCell& planned, const bool* changes, Index begin, Index end) const {
        if (optimisations_.skip_unchanged) {
            while (begin < end && !changes[begin]) ++begin;
            while (begin < end && !changes[end - 1]) --end;
        }
        planned.first = begin, planned.end = end;
    }
    /// Whether the second run of channels lies in the first.
    static bool holds(const StridedSlice& outer, const StridedSlice& inner) {
        return outer.width > 0 && inner.offset >= outer.offset &&
               (inner.groups == 1 ? inner.offset + inner.width <= outer.offset + outer.width && outer.groups == 1
                                  : inner == outer);
    }

    /// Where the source differs from the base in the channels of a cell: bool [prompts, tokens], on the CPU.
    const at::Tensor& rows_changed(const Cell& c, const RecordedGroup& group) {
        at::Tensor& known = changed_[{c.part, c.layer, c.head}];
        if (known.defined()) return known;
        const std::size_t site = sites_.of(c.part, c.layer);
        const ChannelSlice channels = space_.grid().parts()[c.part].of_head(c.head);
        const at::Tensor base = cut_channels(group.base.sites[site].activation, channels);
        const at::Tensor differs = base.ne(cut_channels(group.sources[site], channels));
        return known = differs.flatten(2).any(-1).cpu().contiguous();
    }

    bool has_effect(const PlannedCell& planned) const {
        if (planned.first >= planned.end) return false;
        const bool is_last = planned.stage >= layers_ - (planned.by_itself ? 1 : 0);
        return !by_rows_ || !is_last || (planned.first < reads_.end() && planned.end > reads_.first());
    }

    const CellSpace& space_;
    const SweepSites& sites_;
    const LogitReads& reads_;
    Optimisations optimisations_;
    Index layers_;
    bool by_rows_;
    std::map<std::tuple<std::size_t, std::size_t, Index>, at::Tensor> changed_;
};
}  // namespace detail

}  // namespace suture
