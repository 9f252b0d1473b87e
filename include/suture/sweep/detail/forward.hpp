// A forward pass of any model, and what passes the sites of a grid in it.
#pragma once

#include "suture/model/run_model.hpp"
#include "suture/model/staged_model.hpp"
#include "suture/sweep/detail/records.hpp"

#include <concepts>
#include <cstddef>
#include <vector>

namespace suture::detail {

/// A forward pass of any model: token ids [prompts, tokens] -> logits [prompts, tokens, vocabulary].
/// @throws ShapeError if it gives anything else
template <class Model>
at::Tensor forward_of(Model& model, const at::Tensor& ids) {
    const auto run = [&]() -> at::Tensor {
        if constexpr (forwards_by_pointer<Model, const at::Tensor&> || forwards<Model, const at::Tensor&> ||
                      std::invocable<Model&, const at::Tensor&>) {
            return run_model(model, ids);
        } else {
            static_assert(StagedModel<Model>, "this model has neither a forward nor stages: give it one");
            auto& stages = stages_of(model);
            at::Tensor x = stages.embed(ids);
            for (Index layer = 0; layer < stages.layers(); ++layer) x = stages.block(layer, x);
            return stages.unembed(x);
        }
    };
    const at::Tensor logits = run();
    if (logits.dim() != 3 || logits.size(0) != ids.size(0) || logits.size(1) != ids.size(1))
        throw ShapeError("the model gave logits " + tensor_text(logits) + " for token ids " + shape_text(ids.sizes()) +
                         ": a sweep needs [prompts, tokens, vocabulary]");
    return logits;
}

/// @throws HookError, to which the hook adds the site
[[noreturn]] inline void throw_passed_again() {
    throw HookError(
        "this site is passed more than once in a forward pass, and a sweep patches one activation at a time: "
        "give each pass a site of its own");
}

/// What passes the sites in a forward pass, and the logits.
struct ForwardRun {
    std::vector<at::Tensor> sites;  ///< [prompts, tokens, width]
    at::Tensor logits;
};
/// @throws HookError if a site is not passed, or more than once
template <class Model>
ForwardRun record_forward(Model& model, const at::Tensor& ids, const SweepSites& sites) {
    ForwardRun record{std::vector<at::Tensor>(sites.size()), {}};
    HookSet hooks;
    std::vector<HookHandle> handles;
    for (std::size_t i = 0; i < sites.size(); ++i)
        handles.push_back(hooks.add(sites.sites()[i], [&record, &ids, i,
                                                       width = sites.width(i)](const at::Tensor& activation) {
            if (record.sites[i].defined()) throw_passed_again();
            record.sites[i] = by_prompt(activation, ids.sizes(), width).detach().clone(at::MemoryFormat::Contiguous);
        }));
    Scope scope = hooks.activate();
    record.logits = forward_of(model, ids);
    scope.end();
    return record;
}

}  // namespace suture::detail
