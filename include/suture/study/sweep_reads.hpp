// What a metric reads of the logits of a sweep's runs, resolved for its prompts.
#pragma once

#include "suture/study/metric.hpp"
#include "suture/study/patching.hpp"
#include "suture/tensor/place.hpp"

#include <ATen/ops/_unique2.h>

#include <string>
#include <tuple>
#include <utility>

namespace suture::detail {

class logit_reads {
public:
    /// @param only_these whether the model computes the logits of some token ids alone
    /// @throws PositionError if the prompts have no such token; ShapeError if the metric has answers for other prompts
    logit_reads(const Metric& metric, const Patching& patching, bool only_these)
        : metric_(metric), positions_(stretch_of(metric.where, patching.base().size(1), "the prompts, where the metric reads,")) {
        const extent prompts = patching.base().size(0);
        if (metric.prompts > 0 && metric.prompts != prompts)
            throw ShapeError("the metric '" + metric.name + "' has answers for " + std::to_string(metric.prompts) +
                             " prompts but " + std::to_string(prompts) + " are swept: give one answer a prompt");
        if (!metric.ids.defined()) return;
        columns_ = metric.ids.dim() == 1 ? metric.ids.unsqueeze(0) : metric.ids;
        if (only_these) std::tie(ids_, columns_, std::ignore) = at::_unique2(columns_, true, true);
    }

    const Metric& metric() const { return metric_; }
    extent first() const { return positions_.begin; }
    extent end() const { return positions_.begin + positions_.size; }
    extent positions() const { return positions_.size; }
    /// The token ids whose logits are to be computed, [n]; undefined: of the whole vocabulary.
    const at::Tensor& ids() const { return ids_; }

    /// Of what whole prompts have, [runs, tokens, ...], that at the positions that are read.
    at::Tensor at_positions(const at::Tensor& all) const { return all.narrow(1, positions_.begin, positions_.size); }

    /// The metric of runs, given the logits [runs, positions, computed ids] where it reads: float64 [runs], on the CPU.
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& clean, const at::Tensor& tokens,
                          const at::Tensor& prompt) const {
        return differentiable(logits, clean, tokens, prompt).detach().cpu().to(at::kDouble).contiguous();
    }
    /// The same as a part of the graph.
    at::Tensor differentiable(const at::Tensor& logits, const at::Tensor& clean, const at::Tensor& tokens,
                              const at::Tensor& prompt) const {
        const auto read = [&](const at::Tensor& from) { return from.defined() ? columns(from, prompt) : from; };
        return evaluate(metric_, {read(logits), metric_.needs_clean ? read(clean) : at::Tensor(), tokens, prompt});
    }

private:
    at::Tensor columns(const at::Tensor& logits, const at::Tensor& prompt) const {
        if (!columns_.defined()) return logits;
        const at::Tensor all = columns_.to(logits.device());
        const at::Tensor own = all.size(0) == 1 ? all.expand({logits.size(0), -1}) : all.index_select(0, prompt.to(all.device()));
        return logits.gather(-1, own.unsqueeze(1).expand({-1, logits.size(1), -1}));
    }
    Metric metric_;
    stretch positions_;
    at::Tensor ids_, columns_;
};

}  // namespace suture::detail
