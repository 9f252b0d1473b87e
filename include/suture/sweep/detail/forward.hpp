// A forward pass of any model, and the activations at the sites of a grid in it.
#pragma once

#include "suture/model/run_model.hpp"
#include "suture/model/staged_model.hpp"
#include "suture/sweep/detail/site_recorder.hpp"

#include <concepts>
#include <type_traits>
#include <vector>

namespace suture::detail {

template <class Model>
concept has_forward = forwards_by_pointer<Model, const at::Tensor&> || forwards<Model, const at::Tensor&> ||
    std::invocable<Model&, const at::Tensor&>;

/// Says in one sentence why a model cannot be run.
template <class Model>
constexpr void check_can_run() {
    constexpr bool runs = has_forward<Model> || StagedModel<Model>;
    if constexpr (std::is_const_v<Model>)
        static_assert(runs, "a const model cannot be run: pass the model itself, not a reference to const");
    else
        static_assert(runs, "this model has neither a forward nor stages: give it one");
}

/// @throws ShapeError unless a model gave logits [prompts, positions, vocabulary] for token ids [prompts, positions]
inline const at::Tensor& check_logits(const at::Tensor& logits, const at::Tensor& ids) {
    if (logits.dim() != 3 || logits.size(0) != ids.size(0) || logits.size(1) != ids.size(1))
        throw ShapeError("the model gave logits " + tensor_text(logits) + " for token ids " + shape_text(ids.sizes()) +
                         ": a sweep needs [prompts, positions, vocabulary]");
    return logits;
}

/// A forward pass of any model: token ids [prompts, positions] -> logits [prompts, positions, vocabulary].
/// @throws ShapeError if the model gives anything else
template <class Model>
at::Tensor forward_of(Model& model, const at::Tensor& ids) {
    const auto run = [&]() -> at::Tensor {
        if constexpr (has_forward<Model>) {
            return run_for_tensor(model, ids);
        } else {
            auto& stages = stages_of(model);
            at::Tensor x = stages.embed(ids);
            for (Index layer = 0; layer < stages.layers(); ++layer) x = stages.block(layer, x);
            return stages.unembed(x);
        }
    };
    return check_logits(run(), ids);
}

/// What a pass gives while the hooks are active. @throws HookError if one of them does not fire
template <class Pass>
at::Tensor under(HookSet& hooks, const Pass& pass) {
    Scope scope = hooks.activate();
    ScopeOfRun::stays_in_thread(scope);
    at::Tensor logits = pass();
    scope.end();
    return logits;
}

/// What a forward pass gives.
struct ForwardRun {
    std::vector<at::Tensor> sites;  ///< [prompts, positions, width] each
    at::Tensor logits;
};
/// @throws HookError if a site is not passed, or more than once
template <class Model>
ForwardRun record_forward(Model& model, const at::Tensor& ids, const SweepSites& sites) {
    SiteRecorder recorder(sites, ids.sizes(), SiteRecording::once);
    Scope scope = recorder.activate();
    ScopeOfRun::stays_in_thread(scope);
    at::Tensor logits = forward_of(model, ids);
    scope.end();
    return {activations_of(recorder.take()), std::move(logits)};
}

}  // namespace suture::detail
