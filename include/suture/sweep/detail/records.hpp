// What a sweep records of the runs that it patches, and of those that it takes activations from. All of it is freed with
// the sweep.
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/model/staged_model.hpp"
#include "suture/sweep/detail/cells.hpp"
#include "suture/sweep/detail/peak_memory.hpp"
#include "suture/sweep/detail/reads.hpp"
#include "suture/sweep/detail/rows.hpp"
#include "suture/tensor/detail/write_watch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// The sites of a grid, each once, and where the grid's parts pass.
class SweepSites {
public:
    explicit SweepSites(const Grid& grid) {
        for (const GridPart& part : grid.parts()) {
            places_.emplace_back();
            for (const SiteRef<AnyLayout>& site : part.sites) places_.back().push_back(place_of(site, part.width));
        }
    }
    const std::vector<SiteRef<AnyLayout>>& sites() const { return sites_; }
    std::size_t size() const { return sites_.size(); }
    /// The width of what passes a site.
    Index width(std::size_t site) const { return widths_[site]; }
    /// The site of a part at a layer.
    std::size_t of(std::size_t part, std::size_t layer) const { return places_[part][layer]; }

private:
    std::size_t place_of(const SiteRef<AnyLayout>& site, Index width) {
        for (std::size_t i = 0; i < sites_.size(); ++i)
            if (sites_[i].id() == site.id()) return i;
        sites_.push_back(site);
        widths_.push_back(width);
        return sites_.size() - 1;
    }
    std::vector<SiteRef<AnyLayout>> sites_;
    std::vector<Index> widths_;
    std::vector<std::vector<std::size_t>> places_;
};

/// What passed a site in a run, and when.
struct SitePass {
    at::Tensor activation;  ///< [prompts, tokens, width]
    Index stage = -1;       ///< the block that it passed in; the number of blocks for the head, -1 for the embedding
    bool after_attention = false;  ///< what passes here at one position is read at no other in this block
    int times = 0;                 ///< how often it was passed
};

/// The activation as [prompts, tokens, width], whether it passed so or as rows.
/// @throws ShapeError if it is anything else
inline at::Tensor by_prompt(const at::Tensor& activation, const at::IntArrayRef ids, Index width) {
    const std::array<Index, 3> sizes{ids[0], ids[1], width};
    const bool rows = activation.dim() == 2 && activation.size(0) == ids[0] * ids[1] && activation.size(1) == width;
    if (!rows && activation.sizes() != at::IntArrayRef(sizes))
        throw ShapeError("a sweep patches activations " + shape_text(sizes) +
                         " of [prompts, tokens, channels] but here passes " + shape_text(activation.sizes()) +
                         ": give sites where each token has its own channels");
    return activation.reshape(sizes);
}

/// Records what passes the sites of a grid, as long as it lives.
class SiteWatch {
public:
    SiteWatch(const SiteWatch&) = delete;
    SiteWatch& operator=(const SiteWatch&) = delete;
    SiteWatch(const SweepSites& sites, at::IntArrayRef ids) : records(sites.size()) {
        const std::array<Index, 2> shape{ids[0], ids[1]};
        for (std::size_t i = 0; i < sites.size(); ++i)
            handles_.push_back(hooks_
                                   .add(sites.sites()[i],
                                        [this, i, shape, width = sites.width(i)](const at::Tensor& activation) {
                                            record(records[i], by_prompt(activation, shape, width));
                                        })
                                   .may_be_idle());
    }
    Scope activate() const { return hooks_.activate(); }

    Index stage = -1;
    const WholeRows* rows = nullptr;
    std::vector<SitePass> records;

private:
    void record(SitePass& seen, const at::Tensor& activation) {
        seen.activation = activation.detach().clone(at::MemoryFormat::Contiguous);
        seen.stage = stage;
        seen.after_attention = rows && rows->attended();
        ++seen.times;
    }
    HookSet hooks_;
    std::vector<HookHandle> handles_;
};

/// A run of some prompts, stage by stage.
struct StagedRun {
    at::Tensor logits;                     ///< [prompts, positions, ids], where the metric reads
    std::vector<at::Tensor> residual;      ///< [prompts, tokens, width]: what each block is given, and the head
    std::vector<at::Tensor> keys, values;  ///< of each block, [prompts, tokens, key heads, head width]
    std::vector<SitePass> sites;
    std::int64_t bytes_a_row = 0;  ///< what a block takes at most while it runs
    Index attended_channels = 0;   ///< heads * head width of the queries; 0 unless it was run by rows

    std::int64_t bytes() const {
        std::int64_t sum = 0;
        const auto add = [&sum](const at::Tensor& t) {
            sum += t.defined() ? static_cast<std::int64_t>(t.nbytes()) : 0;
        };
        for (const auto* list : {&residual, &keys, &values})
            for (const at::Tensor& t : *list) add(t);
        for (const SitePass& s : sites) add(s.activation);
        add(logits);
        return sum;
    }
};

/// Lends a stage its input, and checks that it left it as it was. What is made in inference mode carries no version to
/// compare, so of that it gets a copy.
template <class Stage>
at::Tensor run_stage(const std::string& name, const at::Tensor& x, const Stage& stage) {
    const WriteWatch watch(x);
    at::Tensor out = stage(x.is_inference() ? x.clone() : x);
    watch.check(name.c_str());
    return out;
}
template <class Block>
at::Tensor run_block(Index layer, const at::Tensor& x, const Block& block) {
    return run_stage("block " + std::to_string(layer), x, block);
}

/// The logits of these token ids, where the model computes them alone, or of all.
template <class Stages>
at::Tensor logits_of(Stages& stages, const at::Tensor& x, const at::Tensor& ids) {
    return run_stage("the head", x, [&](const at::Tensor& in) -> at::Tensor {
        if constexpr (reads_some_logits<Stages>)
            if (ids.defined()) return stages.unembed(in, ids.to(in.device()));
        return stages.unembed(in);
    });
}

/// What is kept of a run besides what passed the sites.
enum class kept_of_run : unsigned char { nothing, residual };

template <class Stages>
StagedRun record_run(Stages& stages, const at::Tensor& ids, const SweepSites& sites, const LogitReads& reads,
                     bool by_rows, kept_of_run keep) {
    StagedRun run;
    SiteWatch watch(sites, ids.sizes());
    Scope scope = watch.activate();
    at::Tensor x = run_stage("the embedding", ids, [&](const at::Tensor& in) { return stages.embed(in); });
    const std::array<Index, 2> split{ids.size(0), ids.size(1)};
    for (Index layer = 0; layer < stages.layers(); ++layer) {
        watch.stage = layer;
        if (keep == kept_of_run::residual) run.residual.push_back(x);
        const at::Tensor before = x;  // what is freed meanwhile must have been counted
        const PeakMemory peak;
        if constexpr (computes_rows<Stages>) {
            if (by_rows) {
                WholeRows rows(ids.size(0), ids.size(1), x.device());
                watch.rows = &rows;
                x = run_block(layer, x.flatten(0, 1), [&](const at::Tensor& in) {
                        return stages.block(layer, in, rows);
                    }).unflatten(0, at::IntArrayRef(split));
                watch.rows = nullptr;
                if (!rows.attended())
                    throw HookError("block " + std::to_string(layer) +
                                    " of the model never called attend() of the rows that "
                                    "it was given: let it, or switch the saving 'suffix' off");
                if (keep == kept_of_run::residual) run.keys.push_back(rows.keys()), run.values.push_back(rows.values());
                run.attended_channels = std::max(run.attended_channels, rows.attended_channels());
            }
        }
        if (!by_rows) x = run_block(layer, x, [&](const at::Tensor& in) { return stages.block(layer, in); });
        run.bytes_a_row = std::max(run.bytes_a_row, peak.bytes() / ids.numel() + 1);
    }
    watch.stage = stages.layers();
    if (keep == kept_of_run::residual) run.residual.push_back(x);
    // Where a site is still to come, it is one of the head's, which is then recorded at all tokens.
    const bool is_complete =
        std::all_of(watch.records.begin(), watch.records.end(), [](const SitePass& s) { return s.times > 0; });
    run.logits = is_complete ? logits_of(stages, reads.at_positions(x), reads.ids())
                             : reads.at_positions(logits_of(stages, x, reads.ids()));
    scope.end();
    run.sites = std::move(watch.records);
    return run;
}

}  // namespace suture::detail
