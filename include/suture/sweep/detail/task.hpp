// The task of a sweep: what is patched where, and what is read, whatever runs it.
#pragma once

#include "suture/model/fingerprint.hpp"
#include "suture/sweep/detail/cells.hpp"
#include "suture/sweep/detail/reads.hpp"
#include "suture/sweep/detail/sites.hpp"
#include "suture/sweep/options.hpp"
#include "suture/sweep/patching.hpp"
#include "suture/sweep/result.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace suture::detail {

struct SweepTask {
    /// @throws what its parts throw; ValueError if the patching has nothing to put in
    SweepTask(const Patching& what, const Grid& grid, const Metric& metric)
        : patching(what), space(grid, what.base().size(0), what.base().size(1)), sites(grid), reads(metric, what) {
        if (what.puts_in() == Patching::Source::edits && grid.recipes().empty())
            throw ValueError(
                "editing(...) puts in what the grid's recipes make, but this grid has none: use Grid::of_recipes, or "
                "patch with denoising(...) or an ablation");
    }

    const Patching& patching;
    CellSpace space;
    SweepSites sites;
    LogitReads reads;  ///< of whole vocabularies

    Index prompts() const { return patching.base().size(0); }
    Index length() const { return patching.base().size(1); }
    /// Whether activations come from runs of other prompts, one for each prompt.
    bool has_source() const { return patching.puts_in() == Patching::Source::activations; }
    bool needs_clean() const { return reads.metric().needs_clean; }
    at::Tensor prompt_indices(Index first, Index count, const at::Device& device) const {
        return at::arange(first, first + count, at::kLong).to(device);
    }

    /// One line with everything that the numbers depend on, except the model's weights, and except what recipes and metrics
    /// of the user's own contain besides their names.
    std::string text() const {
        const Metric& metric = reads.metric();
        Fingerprint key;
        for (const SweepAxis& axis : space.axes())
            for (const std::string& label : axis.labels) key.add(axis.name + "=" + label);
        for (const GridPart& part : space.grid().parts()) add_part(key, part);
        add_numbers(key, {space.positions().begin, space.positions().size, reads.first(), reads.positions()});
        for (const at::Tensor* ids : {&patching.base(), &patching.source(), &metric.ids, &metric.answers})
            add_ids(key, *ids);
        std::string line = patching.name() + ", " + metric.name + ", cells " + shape_text(space.sizes()) + ", key " +
                           std::to_string(key.value());
        std::replace(line.begin(), line.end(), '\n', ' ');
        return line;
    }

private:
    static void add_numbers(Fingerprint& key, at::IntArrayRef numbers) {
        for (const Index number : numbers) key.add(std::to_string(number));
    }
    static void add_part(Fingerprint& key, const GridPart& part) {
        const StridedSlice& r = part.part.where;
        add_numbers(key, {r.offset, r.width, r.groups, r.period, part.width});
        for (const SiteRef<AnyLayout>& site : part.sites) key.add(site.name());
    }
    static void add_ids(Fingerprint& key, const at::Tensor& ids) {
        key.add(ids.defined() ? shape_text(ids.sizes()) : "none");
        if (!ids.defined()) return;
        const at::Tensor numbers = ids.to(at::kCPU, at::kLong).contiguous();
        add_numbers(key, {numbers.data_ptr<Index>(), static_cast<std::size_t>(numbers.numel())});
    }
};

/// How a model in stages does a task: what of the task it computes, and what it saves.
struct StagedTask {
    const SweepTask& task;
    LogitReads reads;  ///< of the logits that the model computes
    Optimisations optimisations;
    Index layers;
    bool by_position;  ///< blocks are run at chosen positions, otherwise on whole prompts

    /// The positions of a prompt that can matter: those up to the last one that is read, if none sees later ones.
    Index end_of_positions() const { return by_position ? std::min(task.length(), reads.end()) : task.length(); }
};

/// ", weights <fingerprint>" of a module; nothing of a model that is not one.
template <class Model>
std::string weights_text(const Model& model) {
    if constexpr (requires { weights_fingerprint(model); })
        return ", weights " + std::to_string(weights_fingerprint(model));
    else
        return {};
}

/// A result in which nothing is known.
inline SweepResult empty_result(const SweepTask& task) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Index> sizes = task.space.sizes();
    SweepResult result;
    result.axes = task.space.axes();
    result.values = at::full(sizes, unknown, at::kDouble);
    result.done = at::zeros(sizes, at::kBool);
    result.ran = at::zeros(sizes, at::kBool);
    result.baseline = at::full({task.prompts()}, unknown, at::kDouble);
    if (task.has_source()) result.source = result.baseline.clone();
    result.metric = task.reads.metric().name;
    result.patching = task.patching.name();
    return result;
}

}  // namespace suture::detail
