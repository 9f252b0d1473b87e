// The task of a sweep: what is patched where, and what is read, whatever runs it.
#pragma once

#include "suture/sweep/detail/cells.hpp"
#include "suture/sweep/detail/reads.hpp"
#include "suture/sweep/detail/records.hpp"
#include "suture/sweep/patching.hpp"
#include "suture/sweep/result.hpp"

#include <torch/nn/module.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// All that a sweep is about, whatever runs it.
struct SweepTask {
    /// @throws what its parts throw; ValueError if there is nothing to put in
    SweepTask(const Patching& what, const Grid& grid, const Metric& metric, bool some_logits)
        : patching(what),
          space(grid, what.base().size(0), what.base().size(1)),
          sites(grid),
          reads(metric, what, some_logits) {
        if (what.what() == Patching::with::edits && grid.recipes().empty())
            throw ValueError(
                "editing puts in what recipes make, but the grid has none: give one of Grid::of_recipes, or "
                "patch with denoising(...) or an ablation");
    }

    const Patching& patching;
    CellSpace space;
    SweepSites sites;
    LogitReads reads;

    Index prompts() const { return patching.base().size(0); }
    Index tokens() const { return patching.base().size(1); }
    /// Activations come from runs of prompts of their own, one for each.
    bool has_source() const { return patching.what() == Patching::with::activations; }
    bool needs_clean() const { return reads.metric().needs_clean; }
    at::Tensor prompt_indices(Index first, Index count, const at::Device& device) const {
        return at::arange(first, first + count, at::kLong).to(device);
    }
    /// In one line, all that the numbers depend on but the model's weights, of which the baseline tells, and what
    /// recipes and metrics of the user's own hold besides their names.
    std::string text() const {
        const Metric& metric = reads.metric();
        std::uint64_t key = 14695981039346656037u;
        const auto mix = [&key](const std::string& part) {
            for (const char c : part + ";") key = (key ^ static_cast<unsigned char>(c)) * 1099511628211u;  // FNV-1a
        };
        for (const SweepAxis& axis : space.axes())
            for (const std::string& label : axis.labels) mix(axis.name + "=" + label);
        for (const GridPart& part : space.grid().parts()) mix_part(mix, part);
        mix_numbers(mix, {space.tokens().begin, space.tokens().size, reads.first(), reads.positions()});
        for (const at::Tensor* ids : {&patching.base(), &patching.source(), &metric.ids, &metric.answers})
            mix_ids(mix, *ids);
        std::string line = patching.name() + ", " + metric.name + ", cells " + shape_text(space.sizes()) + ", key " +
                           std::to_string(key);
        std::replace(line.begin(), line.end(), '\n', ' ');
        return line;
    }

private:
    template <class Mix>
    static void mix_numbers(const Mix& mix, at::IntArrayRef numbers) {
        for (const Index number : numbers) mix(std::to_string(number));
    }
    template <class Mix>
    static void mix_part(const Mix& mix, const GridPart& part) {
        const StridedSlice& r = part.channels.where;
        mix_numbers(mix, {r.offset, r.width, r.groups, r.period, part.width});
        for (const SiteRef<AnyLayout>& site : part.sites) mix(site.name());
    }
    template <class Mix>
    static void mix_ids(const Mix& mix, const at::Tensor& ids) {
        mix(ids.defined() ? shape_text(ids.sizes()) : "none");
        if (!ids.defined()) return;
        const at::Tensor numbers = ids.to(at::kCPU, at::kLong).contiguous();
        mix_numbers(mix, {numbers.data_ptr<Index>(), static_cast<std::size_t>(numbers.numel())});
    }
};

/// The bits of a module's parameters and buffers, mixed: other weights, or the same in another order, have another key.
/// Nothing for a model that is no module.
template <class Model>
std::string weights_text(const Model& model) {
    if constexpr (std::derived_from<Model, torch::nn::Module>) {
        std::uint64_t key = 0;
        const auto add = [&key](const at::Tensor& t) {
            const at::Tensor plain = t.detach().cpu().contiguous();
            const auto* bytes = static_cast<const unsigned char*>(plain.data_ptr());
            for (std::size_t at = 0; at < plain.nbytes(); at += sizeof key) {
                std::uint64_t word = 0;
                std::memcpy(&word, bytes + at, std::min(sizeof word, plain.nbytes() - at));
                key = (key ^ word) * 1099511628211u;
            }
        };
        for (const at::Tensor& parameter : model.parameters()) add(parameter);
        for (const at::Tensor& buffer : model.buffers()) add(buffer);
        return ", weights " + std::to_string(key);
    } else if constexpr (requires {
                             { *model } -> std::convertible_to<const torch::nn::Module&>;
                         }) {
        return weights_text(*model);
    } else {
        return "";
    }
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

/// The mean over prompts, run one by one, of what passes each site: [1, tokens, width].
template <class RecordSites>
std::vector<at::Tensor> mean_activations(const at::Tensor& ids, const RecordSites& record) {
    std::vector<at::Tensor> sums, means;
    for (Index i = 0; i < ids.size(0); ++i) {
        const std::vector<at::Tensor> sites = record(ids.narrow(0, i, 1));
        for (std::size_t s = 0; s < sites.size(); ++s) {
            if (i == 0)
                sums.push_back(sites[s].to(at::kDouble)), means.push_back(sites[s]);
            else
                sums[s].add_(sites[s]);
        }
    }
    for (std::size_t s = 0; s < sums.size(); ++s) means[s] = sums[s].div_(ids.size(0)).to(means[s].scalar_type());
    return means;
}

/// What is put in where no run of a prompt's own is the source: means, or zeros like the activations; nothing for
/// edits. `record(ids)` gives what passes the sites.
template <class RecordSites>
std::vector<at::Tensor> shared_sources(const SweepTask& task, const RecordSites& record) {
    if (task.patching.what() == Patching::with::means) return mean_activations(task.patching.source(), record);
    if (task.patching.what() != Patching::with::zeros) return {};
    std::vector<at::Tensor> zeros = record(task.patching.base().narrow(0, 0, 1));
    for (at::Tensor& t : zeros) t = at::zeros_like(t);
    return zeros;
}

}  // namespace suture::detail
