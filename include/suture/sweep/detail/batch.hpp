// Running cells of a sweep together: one batch goes once through the blocks, and each cell joins it at its own.
#pragma once

#include "suture/sweep/detail/plan.hpp"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// What cells write at one site: among all rows of a stage, or among those that are kept of it. Which of them pass there is
/// for the block to say, and shows in their number.
struct RowEdit {
    struct rows {
        Index count = 0;  ///< that pass
        std::vector<Index> places;
        std::vector<at::Tensor> values;
    };
    rows all, kept;

    at::Tensor operator()(const at::Tensor& activation) const {
        const Index passing = activation.numel() / activation.size(-1);
        const rows& mine = passing == all.count ? all : kept;
        if (passing != mine.count)
            throw ShapeError("a sweep gave its block " + std::to_string(all.count) + " rows, of which " +
                             std::to_string(kept.count) + " are kept, but here pass " + shape_text(activation.sizes()) +
                             ": pass all rows, or rows.kept() of them");
        if (mine.places.empty()) return {};  // none of these rows is kept
        at::Tensor copy = activation.clone(at::MemoryFormat::Contiguous);
        copy.view({-1, copy.size(-1)}).index_copy_(0, index_of(mine.places, copy.device()), at::cat(mine.values));
        return copy;
    }
};

template <class Stages>
class SweepBatch {
public:
    SweepBatch(Stages& stages, const CellSpace& space, const SweepSites& sites, const LogitReads& reads,
               const RecordedGroup& group, const Optimisations& optimisations, bool by_rows)
        : stages_(stages),
          space_(space),
          sites_(sites),
          reads_(reads),
          group_(group),
          optimisations_(optimisations),
          by_rows_(by_rows) {}

    /// The metric of each of these cells, which are in the order of their first blocks.
    at::Tensor run(std::span<const PlannedCell> cells) {
        cells_ = cells;
        rows_.clear();
        x_ = at::Tensor();
        const Index layers = stages_.layers();
        for (Index layer = cells.front().start; layer < layers; ++layer) {
            join(layer);
            run_block_of(layer);
        }
        join(layers);
        return read_logits();
    }

private:
    bool keeps_read_rows() const { return optimisations_.unembed; }

    /// The rows that a cell begins with.
    Segment first_rows(const PlannedCell& planned) const {
        const Index prompt = planned.what.prompt - group_.first_prompt, tokens = group_.ids.size(1);
        if (planned.start == stages_.layers()) return read_rows({prompt, by_rows_ ? planned.first : 0, tokens});
        if (!by_rows_) return {prompt, 0, tokens};
        return {prompt, planned.first, planned.by_itself ? planned.end : std::min(tokens, reads_.end())};
    }
    /// Those that somebody reads the logits of.
    Segment read_rows(const Segment& s) const {
        if (!keeps_read_rows()) return s;
        return {s.prompt, std::max(s.first, reads_.first()), std::min(s.end, reads_.end())};
    }
    Segments read_rows(const Segments& all) const {
        Segments kept;
        for (const Segment& s : all) kept.push_back(read_rows(s));
        return kept;
    }

    /// Takes up the cells that begin here.
    void join(Index stage) {
        Segments joining;
        while (rows_.size() + joining.size() < cells_.size() && cells_[rows_.size() + joining.size()].start == stage)
            joining.push_back(first_rows(cells_[rows_.size() + joining.size()]));
        if (joining.empty()) return;
        const at::Tensor recorded = recorded_rows(group_.base.residual[static_cast<std::size_t>(stage)], joining);
        x_ = x_.defined() ? at::cat({x_, recorded}) : recorded;
        rows_.insert(rows_.end(), joining.begin(), joining.end());
    }

    /// What the cells patch in a stage, by site.
    std::map<std::size_t, RowEdit> edits_in(Index stage, const Segments& all, const Segments& kept) const {
        std::map<std::size_t, RowEdit> edits;
        for (const PlannedCell& planned : cells_.first(all.size()))
            if (planned.stage == stage) edits[planned.site];
        for (auto& [site, edit] : edits) {
            edit.all = edit_of(stage, site, all);
            edit.kept = edit_of(stage, site, kept);
        }
        return edits;
    }
    /// What the cells write among these rows of a site.
    RowEdit::rows edit_of(Index stage, std::size_t site, const Segments& passing) const {
        RowEdit::rows edit;
        for (std::size_t i = 0; i < passing.size(); edit.count += passing[i++].size()) {
            const PlannedCell& planned = cells_[i];
            const Segment& there = passing[i];
            const Index first = std::max(planned.first, there.first), end = std::min(planned.end, there.end);
            if (planned.stage != stage || planned.site != site || first >= end) continue;
            for (Index row = first; row < end; ++row) edit.places.push_back(edit.count + row - there.first);
            edit.values.push_back(patched_rows(planned, first, end));
        }
        return edit;
    }
    /// What the cell makes of the rows [first, end) at its site: [rows, width].
    at::Tensor patched_rows(const PlannedCell& planned, Index first, Index end) const {
        if (planned.rows.defined()) return planned.rows.narrow(0, first - planned.first, end - first);
        const Index prompt = planned.what.prompt - group_.first_prompt;
        const at::Tensor& source = group_.sources[planned.site];
        const at::Tensor from = source[source.size(0) == 1 ? 0 : prompt].narrow(0, first, end - first);
        at::Tensor rows = group_.base.sites[planned.site].activation[prompt].narrow(0, first, end - first).clone();
        const ChannelSlice channels = space_.grid().parts()[planned.what.part].of_head(planned.what.head);
        cut_channels(rows, channels).copy_(cut_channels(from, channels));
        return rows;
    }

    /// Runs `f` while the cells patch what they patch in this stage.
    template <class F>
    at::Tensor while_patching(Index stage, const Segments& all, const Segments& kept, const F& f) const {
        HookSet hooks;
        std::vector<HookHandle> handles;
        for (auto& [place, edit] : edits_in(stage, all, kept))
            handles.push_back(hooks.add(sites_.sites()[place], std::move(edit)));
        Scope scope = hooks.activate();
        at::Tensor out = f();
        scope.end();
        return out;
    }

    void run_block_of(Index layer) {
        const bool is_last = layer + 1 == stages_.layers();
        if (!by_rows_) {
            const std::array<Index, 3> whole{static_cast<Index>(rows_.size()), group_.ids.size(1), x_.size(-1)};
            const auto block = [&] {
                return run_block(layer, x_.view(whole), [&](const at::Tensor& x) { return stages_.block(layer, x); });
            };
            x_ = while_patching(layer, rows_, rows_, block).flatten(0, 1);
            if (is_last) keep_rows(read_rows(rows_));
            return;
        }
        if constexpr (computes_rows<Stages>) {
            const Segments kept = is_last ? read_rows(rows_) : rows_;
            CellRows rows(rows_, kept, group_.base.keys[static_cast<std::size_t>(layer)],
                          group_.base.values[static_cast<std::size_t>(layer)]);
            const auto block = [&] {
                return run_block(layer, x_, [&](const at::Tensor& x) { return stages_.block(layer, x, rows); });
            };
            x_ = while_patching(layer, rows_, kept, block);
            if (x_.size(0) != rows_in(kept))
                throw ShapeError("block " + std::to_string(layer) + " of the model gave " + shape_text(x_.sizes()) +
                                 " for " + std::to_string(rows_in(kept)) +
                                 " kept rows: let what passes by attention go through rows.kept()");
            rows_ = kept;
            if (!is_last) widen(layer);
        }
    }
    void keep_rows(Segments kept) {
        Index offset = 0;
        std::vector<Index> offsets;
        for (const Segment& s : rows_) offsets.push_back(offset), offset += s.size();
        x_ = x_.index_select(0, for_rows(kept, x_.device(), [&](std::size_t cell, Index row) {
                                 return offsets[cell] + row - rows_[cell].first;
                             }));
        rows_ = std::move(kept);
    }

    /// Rows that a patch changed by itself in its block change those behind them from the next one on: these are taken up.
    void widen(Index layer) {
        const Index end = std::min(group_.ids.size(1), reads_.end());
        Segments missing, wide = rows_;
        for (Segment& s : wide)
            if (s.end < end) missing.push_back({s.prompt, s.end, end}), s.end = end;
        if (missing.empty()) return;
        const at::Tensor pool =
            at::cat({x_, recorded_rows(group_.base.residual[static_cast<std::size_t>(layer) + 1], missing)});
        Index own = 0, taken = x_.size(0);
        std::vector<Index> order;
        for (std::size_t cell = 0; cell < wide.size(); ++cell)
            for (Index row = wide[cell].first; row < wide[cell].end; ++row)
                order.push_back(row < rows_[cell].end ? own++ : taken++);
        x_ = pool.index_select(0, index_of(order, x_.device()));
        rows_ = std::move(wide);
    }

    at::Tensor read_logits() const {
        const Index layers = stages_.layers();
        const at::Tensor logits =
            while_patching(layers, rows_, rows_, [&] { return logits_of(stages_, x_, reads_.ids()); });
        // What no row of a cell reaches is as in the run that it patches.
        const at::Tensor prompts = prompts_of(rows_, logits.device());
        at::Tensor all = group_.base.logits.index_select(0, prompts);
        std::vector<Index> from, to;
        Index at = 0;
        for (std::size_t cell = 0; cell < rows_.size(); ++cell)
            for (Index row = rows_[cell].first; row < rows_[cell].end; ++row, ++at)
                if (row >= reads_.first() && row < reads_.end())
                    from.push_back(at),
                        to.push_back(static_cast<Index>(cell) * reads_.positions() + row - reads_.first());
        all.flatten(0, 1).index_copy_(0, index_of(to, all.device()),
                                      logits.index_select(0, index_of(from, logits.device())));
        const at::Tensor clean =
            group_.clean_logits.defined() ? group_.clean_logits.index_select(0, prompts) : at::Tensor();
        return reads_(all, clean, group_.ids.index_select(0, prompts.to(group_.ids.device())),
                      prompts.add(group_.first_prompt));
    }

    Stages& stages_;
    const CellSpace& space_;
    const SweepSites& sites_;
    const LogitReads& reads_;
    const RecordedGroup& group_;
    Optimisations optimisations_;
    bool by_rows_;
    std::span<const PlannedCell> cells_;
    Segments rows_;  ///< of the cells that have begun
    at::Tensor x_;   ///< their residual stream, [rows, width]
};

}  // namespace suture::detail
