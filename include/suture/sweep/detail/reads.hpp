// What a metric reads of the logits of a sweep's runs, resolved for the sweep's prompts.
#pragma once

#include "suture/sweep/metric.hpp"
#include "suture/sweep/patching.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/_unique2.h>
#include <c10/core/ScalarType.h>

#include <limits>
#include <string>
#include <tuple>
#include <utility>

namespace suture::detail {

/// What a metric reads, and how its numbers come from logits. It takes logits of the whole vocabulary, unless it was made
/// by `of_read_ids`.
class LogitReads {
public:
    /// @throws PositionError if the prompts lack a position that is read; ShapeError if the metric has answers for another
    ///         number of prompts; TypeError or ShapeError if what it reads are not token ids
    LogitReads(const Metric& metric, const Patching& patching)
        : metric_(metric),
          positions_(range_of(metric.where, patching.base().size(1),
                              "a prompt, where the metric '" + metric.name + "' is read")) {
        const Index prompts = patching.base().size(0);
        if (metric.prompts > 0 && metric.prompts != prompts)
            throw ShapeError("the metric '" + metric.name + "' has answers for " + std::to_string(metric.prompts) +
                             " prompts but " + std::to_string(prompts) + " are swept: give one answer per prompt");
        if (!metric.ids.defined()) return;
        check_columns(prompts);
        columns_ = metric.ids.to(at::kCPU, at::kLong);
        if (columns_.dim() == 1) columns_ = columns_.unsqueeze(0);
    }

    /// The same of logits that were computed for `ids()` alone, each once.
    LogitReads of_read_ids() const {
        LogitReads some = *this;
        if (columns_.defined()) std::tie(some.ids_, some.columns_, std::ignore) = at::_unique2(columns_, true, true);
        return some;
    }

    const Metric& metric() const { return metric_; }
    Index first() const { return positions_.begin; }
    Index end() const { return positions_.begin + positions_.size; }
    Index positions() const { return positions_.size; }
    /// The token ids whose logits are to be computed, [n]; undefined for the whole vocabulary.
    const at::Tensor& ids() const { return ids_; }

    /// Selects the positions that are read: [runs, length, ...] -> [runs, positions, ...].
    at::Tensor at_positions(const at::Tensor& all) const { return all.narrow(1, positions_.begin, positions_.size); }

    /// The metric of runs, given the logits [runs, positions, ids] where it reads: float64 [runs], on the CPU. It is NaN where
    /// one of these logits is.
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& clean, const at::Tensor& tokens,
                          const at::Tensor& prompt) const {
        // A metric may overlook NaN, as an argmax does.
        const at::Tensor lost = columns(logits, prompt).isnan().flatten(1).any(1).cpu();
        const at::Tensor numbers = differentiable(logits, clean, tokens, prompt).detach().cpu().to(at::kDouble);
        return numbers.masked_fill(lost, std::numeric_limits<double>::quiet_NaN()).contiguous();
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
    /// 16 bits are too few to show small effects.
    static at::Tensor widened(const at::Tensor& logits) {
        return at::elementSize(logits.scalar_type()) < 4 ? logits.to(at::kFloat) : logits;
    }

    Metric metric_;
    IndexRange positions_;
    at::Tensor ids_, columns_;
};

}  // namespace suture::detail
