// The task of a sweep: what is patched where, and what is read, whatever runs it.
#pragma once

#include "suture/study/patching.hpp"
#include "suture/study/sweep_cells.hpp"
#include "suture/study/sweep_reads.hpp"
#include "suture/study/sweep_records.hpp"
#include "suture/study/sweep_result.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// All that a sweep is about, whatever runs it.
struct sweep_task {
    sweep_task(const Patching& what, const Grid& grid, const Metric& metric, bool some_logits)
        : patching(what), space(grid, what.base().size(0), what.base().size(1)), sites(grid), reads(metric, what, some_logits) {}

    const Patching& patching;
    cell_space space;
    sweep_sites sites;
    logit_reads reads;

    extent prompts() const { return patching.base().size(0); }
    extent tokens() const { return patching.base().size(1); }
    /// Activations come from runs of prompts of their own, one for each.
    bool has_source() const { return patching.what() == Patching::with::activations; }
    bool needs_clean() const { return reads.metric().needs_clean; }
    at::Tensor prompt_indices(extent first, extent count, const at::Device& device) const {
        return at::arange(first, first + count, at::kLong).to(device);
    }
    /// In one line, all that the numbers depend on but the model's weights, of which the baseline tells.
    std::string text() const {
        std::uint64_t key = 14695981039346656037u;
        const auto mix = [&key](const std::string& part) {
            for (const char c : part + ";") key = (key ^ static_cast<unsigned char>(c)) * 1099511628211u;  // FNV-1a
        };
        for (const SweepAxis& axis : space.axes())
            for (const std::string& label : axis.labels) mix(axis.name + "=" + label);
        for (const SiteRef<AnyLayout>& site : sites.sites()) mix(site.name());
        for (const at::Tensor* ids : {&patching.base(), &patching.source(), &reads.metric().ids})
            if (ids->defined()) mix_values(mix, *ids);
        return patching.name() + ", " + reads.metric().name + ", cells " + shape_text(space.sizes()) + ", key " +
               std::to_string(key);
    }

private:
    template <class Mix>
    static void mix_values(const Mix& mix, const at::Tensor& ids) {
        mix(shape_text(ids.sizes()));
        const at::Tensor numbers = ids.to(at::kCPU, at::kLong).contiguous();
        for (extent i = 0; i < numbers.numel(); ++i) mix(std::to_string(numbers.data_ptr<extent>()[i]));
    }
};

/// A result in which nothing is known.
inline SweepResult empty_result(const sweep_task& task) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const std::vector<extent> sizes = task.space.sizes();
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
    for (extent i = 0; i < ids.size(0); ++i) {
        const std::vector<at::Tensor> sites = record(ids.narrow(0, i, 1));
        for (std::size_t s = 0; s < sites.size(); ++s) {
            if (i == 0) sums.push_back(sites[s].to(at::kDouble)), means.push_back(sites[s]);
            else sums[s].add_(sites[s]);
        }
    }
    for (std::size_t s = 0; s < sums.size(); ++s) means[s] = sums[s].div_(ids.size(0)).to(means[s].scalar_type());
    return means;
}

/// What is put in where no run of a prompt's own is the source: means, or zeros like the activations; nothing for edits.
/// `record(ids)` gives what passes the sites.
template <class RecordSites>
std::vector<at::Tensor> shared_sources(const sweep_task& task, const RecordSites& record) {
    if (task.patching.what() == Patching::with::means) return mean_activations(task.patching.source(), record);
    if (task.patching.what() != Patching::with::zeros) return {};
    std::vector<at::Tensor> zeros = record(task.patching.base().narrow(0, 0, 1));
    for (at::Tensor& t : zeros) t = at::zeros_like(t);
    return zeros;
}

}  // namespace suture::detail
