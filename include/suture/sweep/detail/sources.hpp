// What patches put in where no run of a prompt's own is the source: means over reference prompts, or zeros.
#pragma once

#include "suture/sweep/detail/task.hpp"

#include <ATen/ops/zeros_like.h>

#include <cstddef>
#include <vector>

namespace suture::detail {

/// The mean over prompts, which are run one at a time, of the activations at each site: [1, positions, width].
/// @param record(ids) gives the activations at the sites
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

/// What all prompts share as their source, per site: means, or zeros in the shape of the activations; nothing for the
/// other kinds of source. @param record(ids) gives the activations at the sites
template <class RecordSites>
std::vector<at::Tensor> shared_sources(const SweepTask& task, const RecordSites& record) {
    switch (task.patching.puts_in()) {
        case Patching::Source::means:
            return mean_activations(task.patching.source(), record);
        case Patching::Source::zeros: {
            std::vector<at::Tensor> zeros = record(task.patching.base().narrow(0, 0, 1));
            for (at::Tensor& t : zeros) t = at::zeros_like(t);
            return zeros;
        }
        default:
            return {};
    }
}

}  // namespace suture::detail
