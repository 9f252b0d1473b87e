// The passes of a sweep by a model's forward: whole ones, or, of a model that can be run again, what follows the hooks.
// Law: both give the same logits.
#pragma once

#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/sites.hpp"
#include "suture/sweep/result.hpp"

#include <utility>
#include <vector>

namespace suture::detail {

/// A model whose passes over the same token ids can leave out what their hooks do not change.
template <class Model>
concept RerunModel = requires(Model& model) {
    model.rerun();
};

template <class Model>
class WholePasses {
public:
    explicit WholePasses(Model& model) : model_(model) {}
    static constexpr SweepMethod method() { return SweepMethod::forward_passes; }

    /// The activations at the sites, and the logits. @throws as record_forward
    ForwardRun record(const at::Tensor& ids, const SweepSites& sites) { return record_forward(model_, ids, sites); }
    /// The passes that follow run these prompts.
    void begin(const at::Tensor&) {}
    /// The logits of some of them, with hooks. @param prompts their numbers among those of begin()
    at::Tensor run(HookSet& hooks, const at::Tensor& ids, const at::Tensor& /*prompts*/) {
        return under(hooks, [&] { return forward_of(model_, ids); });
    }

private:
    Model& model_;
};

template <RerunModel Model>
class RerunPasses {
public:
    RerunPasses(Model& model, const SweepSites& sites) : model_(model), rerun_(model.rerun()) {
        rerun_.expect(sites.sites());
    }
    bool saves_work() const { return rerun_.saves_work(); }
    static constexpr SweepMethod method() { return SweepMethod::reruns; }

    ForwardRun record(const at::Tensor& ids, const SweepSites& sites) { return record_forward(model_, ids, sites); }
    void begin(const at::Tensor& ids) {
        prompts_ = ids.size(0);
        rerun_.run_hooks(ids);  // keeps what the passes need
    }
    at::Tensor run(HookSet& hooks, const at::Tensor& ids, const at::Tensor& prompts) {
        // Of some prompts alone nothing is kept.
        return under(hooks, [&] {
            return prompts.size(0) == prompts_ ? check_logits(rerun_(ids), ids) : forward_of(model_, ids);
        });
    }

private:
    Model& model_;
    decltype(std::declval<Model&>().rerun()) rerun_;
    Index prompts_ = 0;
};

}  // namespace suture::detail
