// What a metric reads of the logits of a sweep's runs, resolved for its prompts.
#pragma once

#include "suture/sweep/metric.hpp"
#include "suture/sweep/patching.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/_unique2.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <tuple>
#include <utility>

namespace suture::detail {

class LogitReads {
public:
    /// @param only_these whether the model computes the logits of some token ids alone
    /// @throws PositionError if the prompts have no such token; ShapeError if the metric has answers for other prompts;
    ///         TypeError or ShapeError if the ids that it reads are none
    LogitReads(const Metric& metric, const Patching& patching, bool only_these)
        : metric_(metric),
          positions_(range_of(metric.where, patching.base().size(1),
                              "a prompt, where the metric '" + metric.name + "' is read")) {
        const Index prompts = patching.base().size(0);
        if (metric.prompts > 0 && metric.prompts != prompts)
            throw ShapeError("the metric '" + metric.name + "' has answers for " + std::to_string(metric.prompts) +
                             " prompts but " + std::to_string(prompts) + " are swept: give one answer a prompt");
        if (!metric.ids.defined()) return;
        check_columns(prompts);
        columns_ = metric.ids.to(at::kCPU, at::kLong);
        if (columns_.dim() == 1) columns_ = columns_.unsqueeze(0);
        if (only_these) std::tie(ids_, columns_, std::ignore) = at::_unique2(columns_, true, true);
    }

    const Metric& metric() const { return metric_; }
    Index first() const { return positions_.begin; }
    Index end() const { return positions_.begin + positions_.size; }
    Index positions() const { return positions_.size; }
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
        const at::Tensor compared = metric_.needs_clean ? widened(columns(clean, prompt)) : at::Tensor();
        return evaluate(metric_, {widened(columns(logits, prompt)), compared, tokens, prompt, positions_.begin});
    }

private:
    void check_columns(Index prompts) const {
        const at::Tensor& ids = metric_.ids;
        if (!at::isIntegralType(ids.scalar_type(), false))
            throw TypeError("the metric '" + metric_.name + "' reads " + tensor_text(ids) +
                            ": give token ids, integers");
        const bool fits = ids.numel() > 0 && (ids.dim() == 1 || (ids.dim() == 2 && ids.size(0) == prompts));
        if (!fits)
            throw ShapeError("the metric '" + metric_.name + "' reads token ids " + shape_text(ids.sizes()) + " of " +
                             std::to_string(prompts) + " prompts: give [ids], or [prompts, ids]");
    }
    at::Tensor columns(const at::Tensor& logits, const at::Tensor& prompt) const {
        if (!columns_.defined()) return logits;
        check_ids(columns_, logits.size(-1));
        const at::Tensor own = columns_.size(0) == 1 ? columns_.expand({logits.size(0), -1})
                                                     : columns_.index_select(0, prompt.to(at::kCPU));
        return logits.gather(-1, own.to(logits.device()).unsqueeze(1).expand({-1, logits.size(1), -1}));
    }
    /// Numbers of 16 bits are too few to tell small effects.
    static at::Tensor widened(const at::Tensor& logits) {
        return at::elementSize(logits.scalar_type()) < 4 ? logits.to(at::kFloat) : logits;
    }

    Metric metric_;
    IndexRange positions_;
    at::Tensor ids_, columns_;
};

}  // namespace suture::detail
