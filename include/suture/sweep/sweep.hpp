// Patching sweeps: one activation is patched at a time, layer by layer, position by position, head by head, and each time a
// metric of the model's answer is read. A model in stages is swept many times faster than by one forward pass per cell, with
// the same numbers; any other model is swept by its forward.
// Law: whatever is saved, a cell is the metric of a forward pass with its patch, up to rounding.
#pragma once

#include "suture/sweep/attribution_patching.hpp"
#include "suture/sweep/detail/plain.hpp"
#include "suture/sweep/detail/staged.hpp"

#include <ATen/core/grad_mode.h>

#include <string>
#include <type_traits>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// @throws HookError if hooks are active in this thread
inline void check_no_hooks_are_active() {
    if (has_active_scopes())
        throw HookError(
            "hooks are active in this thread, but a sweep in stages runs only parts of the model: "
            "end their scope first, or sweep with Optimisations::none()");
}
/// @throws ValueError if an option is out of its bounds
inline void check_options(const SweepOptions& options) {
    if (!(options.share > 0 && options.share <= 1))
        throw ValueError("the option 'share' is " + std::to_string(options.share) + ": give more than 0 and at most 1");
    if (options.batch < 1)
        throw ValueError("the option 'batch' is " + std::to_string(options.batch) + ": let at least 1 cell run");
}

/// Sweeps in stages, if the model has them and its sites lie in them.
template <class Model>
bool swept_in_stages(Model& model, const SweepTask& task, const SweepOptions& options, SweepPlanner& planner,
                     Ledger& ledger, SweepResult& result) {
    if constexpr (StagedModel<Model>) {
        if constexpr (requires { stages_of(model).has_stages(); })
            if (!stages_of(model).has_stages()) return false;
        StagedSweep staged(stages_of(model), task, options, planner, ledger, result);
        if (!staged.can_run()) return false;
        staged.run();
        return true;
    } else {
        return false;
    }
}
}  // namespace detail

/// Patches the cells of a grid, one at a time, and reads the metric of each.
///
///     const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
///     const SweepResult result = sweep(model, denoising(clean, corrupted), Grid::of<Q>(c_attn), logit_difference(mary, john));
///     result.mean_recovered();          // [layers, positions], 1 where the patch restores the clean answer
///
/// Of a StagedModel, only what comes after the patches is run, many cells at once; a model that only has a forward is run
/// for every place of the grid, with all prompts together unless the optimisation `batch` is off. Of an Exported without
/// stages, only the operators after the patch run then. Nothing but attribution
/// tracks gradients.
/// @throws PositionError, ShapeError or ValueError, before the model is run, if grid, prompts and metric do not fit;
///         ValueError also if an activation or the metric of a run is NaN, or if the metric is the same in a clean run and its
///         corrupted one; ModelError if dropout or batch norm is in training mode, or if the model draws random numbers;
///         HookError if a site is not passed; MemoryError if one cell needs more than the options allow; whatever the
///         model, the metric and the progress function throw
template <class Model>
SweepResult sweep(Model&& model, const Patching& patching, const Grid& grid, const Metric& metric,
                  const SweepOptions& options = {}) {
    using M = std::remove_reference_t<Model>;
    detail::check_can_run<M>();
    detail::check_is_there(model);
    const detail::SweepTask task(patching, grid, metric);
    detail::check_options(options);
    if (options.training == TrainingMode::refused) detail::check_is_not_training(model);
    const bool staged =
        StagedModel<M> && options.optimisations != Optimisations::none() && options.training == TrainingMode::refused;
    if (staged) detail::check_no_hooks_are_active();

    SweepResult result = detail::empty_result(task);
    detail::Ledger ledger(result, options);
    if (options.journal) ledger.open(task.text() + detail::weights_text(model));
    detail::SweepPlanner planner(task, options, ledger);
    if (options.attribution || options.share < 1) {
        const SweepResult estimate = attribution_patching(model, patching, grid, metric, options.training);
        result.attribution = estimate.values;
        if (options.share < 1) planner.choose(detail::most_effective(estimate, options.share));
    }
    const at::NoGradGuard no_gradients;
    if (staged && detail::swept_in_stages(model, task, options, planner, ledger, result)) return result;
    if constexpr (detail::RerunModel<M>)
        if (options.optimisations.prefix && options.training == TrainingMode::refused) {
            detail::RerunPasses<M> passes(model, task.sites);
            if (passes.saves_work()) {
                detail::PlainSweep(passes, task, options, planner, ledger, result).run();
                return result;
            }
        }
    detail::WholePasses<M> passes(model);
    detail::PlainSweep(passes, task, options, planner, ledger, result).run();
    return result;
}

template <class...>
SUTURE_REJECTED("a sweep needs all four: write sweep(model, patching, grid, metric)", sweep(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
