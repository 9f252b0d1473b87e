// Patching sweeps: one activation is patched at a time, layer by layer, token by token, head by head, and a metric of the
// model's answer is read each time. A model in stages is swept many times faster than by a forward pass a cell, with the
// same numbers; any other model is swept so.
// Law: whatever is saved, a cell is the metric of a forward pass with its patch, up to rounding.
#pragma once

#include "suture/sweep/attribution_patching.hpp"
#include "suture/sweep/detail/ledger.hpp"
#include "suture/sweep/detail/plain.hpp"
#include "suture/sweep/detail/staged.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
/// @throws HookError if hooks are active in this thread
inline void check_no_hooks_are_active() {
    if (innermost_scope && !innermost_scope->suspends())
        throw HookError(
            "hooks are active in this thread, and a sweep that runs parts of the model would show them parts: "
            "end their scope first, or sweep with Savings::none()");
}

template <class Model>
constexpr bool can_read_some_logits() {
    if constexpr (StagedModel<Model>)
        return reads_some_logits<std::remove_reference_t<decltype(stages_of(std::declval<Model&>()))>>;
    else
        return false;
}

/// Sweeps by stages, if the model has them and its sites lie in them.
template <class Model>
bool swept_in_stages(Model& model, const SweepTask& task, const SweepOptions& options, SweepResult& result,
                     Ledger& book) {
    if constexpr (StagedModel<Model>) {
        auto& stages = stages_of(model);
        StagedSweep staged(stages, task, options, result, book);
        if (!staged.look()) return false;
        staged.run();
        return true;
    } else {
        return false;
    }
}

/// The cells of which an estimate expects most: bool, one a cell.
inline at::Tensor most_effective(const SweepResult& estimate, double share) {
    const at::Tensor effects = estimate.effects().abs().flatten();
    constexpr double rounding = 1e-5;
    if (!(effects.max().item<double>() > rounding))
        throw ValueError(
            "attribution expects no effect anywhere, so it cannot tell which share of the cells to run: the "
            "gradient of '" +
            estimate.metric +
            "' is zero at the runs that are patched (as the KL "
            "divergence's is at clean ones): give another metric, or the share 1");
    const auto count =
        std::clamp<Index>(std::llround(share * static_cast<double>(effects.numel())), 1, effects.numel());
    at::Tensor chosen = at::zeros_like(effects, at::kBool);
    chosen.index_fill_(0, std::get<1>(effects.topk(count)), true);
    return chosen;
}
}  // namespace detail

/// Patches the cells of a grid, one at a time, and reads the metric of each.
///
///     const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
///     const SweepResult result = sweep(model, denoising(clean, corrupted), Grid::of<Q>(c_attn), logit_difference(mary, john));
///     result.mean_recovered();          // [layers, tokens], 1 where the patch restores the clean answer
///
/// A StagedModel runs what comes behind the patches alone, many cells at once; a model that only has a forward runs it for
/// every place of the grid, all prompts together unless `batch` is off. Without gradients, but for the attribution.
/// @throws PositionError, ShapeError or ValueError, before the model is run, if grid, prompts and metric do not fit;
///         HookError if a site is not passed; MemoryError if one cell needs more than the options allow; what the model, the
///         metric and the progress function throw
template <class Model>
SweepResult sweep(Model&& model, const Patching& patching, const Grid& grid, const Metric& metric,
                  const SweepOptions& options = {}) {
    using M = std::remove_reference_t<Model>;
    detail::check_is_there(model);
    const bool staged = StagedModel<M> && options.optimisations != Optimisations::none();
    const detail::SweepTask task(patching, grid, metric,
                                 staged && options.optimisations.unembed && detail::can_read_some_logits<M>());
    if (!(options.share > 0 && options.share <= 1))
        throw ValueError("the share of cells to run is " + std::to_string(options.share) +
                         ": give more than 0, and 1 at most");
    if (options.batch < 1)
        throw ValueError("the option 'batch' is " + std::to_string(options.batch) +
                         ": let 1 cell run at a time, or more");
    if (staged) detail::check_no_hooks_are_active();

    SweepResult result = detail::empty_result(task);
    detail::Ledger book(result, options, task.space.cells_a_prompt());
    if (options.journal) book.open(task.text() + detail::weights_text(model));
    if (options.attribution || options.share < 1) {
        const SweepResult estimate = attribution_patching(model, patching, grid, metric);
        result.attribution = estimate.values;
        if (options.share < 1) book.choose(detail::most_effective(estimate, options.share));
    }
    const at::NoGradGuard no_gradients;
    if (staged && detail::swept_in_stages(model, task, options, result, book)) return result;
    const detail::SweepTask of_whole_runs(patching, grid, metric, false);  // a forward gives all logits
    detail::PlainSweep<M>(model, of_whole_runs, options, result, book).run();
    return result;
}

}  // namespace suture
