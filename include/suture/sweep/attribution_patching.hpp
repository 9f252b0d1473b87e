// Attribution patching: what a patch would do, to first order, for all places at once. The effect of putting other
// activations a' in place of a is (a' - a) times the metric's gradient at a, so two forward passes and one backward pass
// are enough for a whole grid (Nanda 2023, "Attribution Patching"; Syed et al. 2023, https://arxiv.org/abs/2310.10348).
#pragma once

#include "suture/sweep/detail/checks.hpp"
#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/sources.hpp"
#include "suture/sweep/detail/task.hpp"
#include "suture/sweep/result.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {

/// The gradient of the sum of the prompts' metrics at each site: [prompts, positions, width]. The gradients of parameters
/// are left alone.
template <class Model>
std::vector<at::Tensor> gradients_at(Model& model, const at::Tensor& ids, const SweepTask& task,
                                     const at::Tensor& clean, const at::Tensor& prompt) {
    const at::AutoGradMode gradients(true);
    SiteRecorder recorder(task.sites, ids.sizes(), SiteRecording::in_graph);
    Scope scope = recorder.activate();
    ScopeOfRun::stays_in_thread(scope);
    const at::Tensor logits = task.reads.at_positions(forward_of(model, ids));
    scope.end();
    if (!logits.requires_grad())
        throw ValueError(
            "attribution needs gradients, and the model's logits have none: remove the NoGradGuard in its forward");
    const at::Tensor sum = task.reads.differentiable(logits, clean, ids, prompt).sum();
    if (!sum.requires_grad())
        throw ValueError("attribution needs the gradient of the metric '" + task.reads.metric().name +
                         "', which has none: compute it with LibTorch's differentiable operations");
    const std::vector<at::Tensor> seen = activations_of(recorder.take());
    std::vector<at::Tensor> found = torch::autograd::grad({sum}, seen, {}, {}, false, true);
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i] = found[i].defined() ? by_prompt(found[i], ids.sizes(), task.sites.width(i)) : at::zeros_like(seen[i]);
    return found;
}

/// The first-order effect of each cell of one prompt, float64 [cells]: the sum of (source - base) * gradient over what the
/// cell patches.
inline at::Tensor first_order_effects(const SweepTask& task, Index prompt, const std::vector<at::Tensor>& base,
                                      const std::vector<at::Tensor>& sources,
                                      const std::vector<at::Tensor>& gradients) {
    const CellSpace& space = task.space;
    const Index count = space.cells_per_prompt();
    const at::Tensor effects = at::zeros({count}, at::kDouble);
    std::vector<at::Tensor> products(base.size());
    for (std::size_t s = 0; s < base.size(); ++s)
        if (!sources.empty()) products[s] = sources[s].sub(base[s]).mul(gradients[s]).to(at::kDouble);
    for (Index i = 0; i < count; ++i) {
        const Cell c = space.at(prompt * count + i);
        const std::size_t s = task.sites.of(c.part, c.layer);
        const at::Tensor effect = space.grid().recipes().empty()
                                      ? space.part_of(products[s], c).sum()
                                      : space.edited(base[s], {}, c).sub(base[s]).mul(gradients[s]).sum();
        effects[i] = effect.to(at::kCPU, at::kDouble);
    }
    return effects;
}

/// Estimates the cells of one prompt.
template <class Model>
void attribute_prompt(Model& model, const SweepTask& task, Index prompt, const std::vector<at::Tensor>& shared,
                      TrainingMode training, SweepResult& result) {
    const auto record = [&](const at::Tensor& ids) { return record_forward(model, ids, task.sites); };
    const at::Tensor ids = task.patching.base().narrow(0, prompt, 1);
    const at::Tensor which = task.prompt_indices(prompt, 1, ids.device());
    const ForwardRun base = run_without_drawing(training, [&] { return record(ids); });
    const at::Tensor logits = task.reads.at_positions(base.logits);
    at::Tensor clean = logits;
    std::vector<at::Tensor> sources = shared;
    if (task.has_source()) {
        const at::Tensor other = task.patching.source().narrow(0, prompt, 1);
        ForwardRun source = record(other);
        sources = std::move(source.sites);
        const at::Tensor theirs = task.reads.at_positions(source.logits);
        if (!task.patching.base_is_clean()) clean = theirs;
        result.source[prompt] = task.reads(theirs, clean, other, which)[0];
    }
    const at::Tensor baseline = task.reads(logits, clean, ids, which);
    check_runs(task, prompt, baseline, result.source.defined() ? result.source.narrow(0, prompt, 1) : at::Tensor());
    result.baseline[prompt] = baseline[0];
    const std::vector<at::Tensor> gradients = gradients_at(model, ids, task, clean, which);
    const at::Tensor effects = first_order_effects(task, prompt, base.sites, sources, gradients);
    result.values.select(0, prompt).copy_(effects.view(result.values.sizes().slice(1)).add(result.baseline[prompt]));
    const at::Tensor lost = result.values.select(0, prompt).isnan().flatten();
    if (lost.any().item<bool>())
        throw ValueError("the estimate of " +
                         cell_text(result, prompt * lost.numel() + lost.nonzero()[0][0].item<Index>()) +
                         " is NaN: the gradient of the metric '" + result.metric +
                         "' or what is put in there is: choose a metric that can be differentiated there");
}
}  // namespace detail

/// Estimates what a sweep would find: `values` are the baseline plus the first-order effect of each patch. Two forward
/// passes and one backward pass per prompt, whatever the grid. The model needs only a forward or stages; hooks that are
/// active in this thread run as usual; the parameters' gradients are left alone.
/// @throws as sweep; ValueError if the metric cannot be differentiated
template <class Model>
SweepResult attribution_patching(Model&& model, const Patching& patching, const Grid& grid, const Metric& metric,
                                 TrainingMode training = TrainingMode::refused) {
    detail::check_can_run<std::remove_reference_t<Model>>();
    detail::check_is_there(model);
    const detail::SweepTask task(patching, grid, metric);
    if (training == TrainingMode::refused) detail::check_is_not_training(model);
    if (c10::InferenceMode::is_enabled())
        throw ValueError("attribution needs gradients, and inference mode has none: call it outside inference mode");
    SweepResult result = detail::empty_result(task);
    result.method = SweepMethod::attribution;
    const at::NoGradGuard no_gradients;
    const std::vector<at::Tensor> shared = detail::shared_sources(
        task, [&](const at::Tensor& ids) { return detail::record_forward(model, ids, task.sites).sites; });
    for (Index prompt = 0; prompt < task.prompts(); ++prompt)
        detail::attribute_prompt(model, task, prompt, shared, training, result);
    result.done.fill_(true);
    return result;
}

template <class...>
SUTURE_REJECTED("all four are needed: write attribution_patching(model, patching, grid, metric)",
                attribution_patching(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
