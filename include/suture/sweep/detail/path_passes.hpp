// The passes of path patching: in the first, the patch reaches the receivers by the open paths alone, since frozen sites pass
// on what the unpatched run has there; the second is the unpatched run with what reached the receivers.
// Law: with nothing frozen and no receivers it is activation patching.
#pragma once

#include "suture/sweep/detail/forward.hpp"
#include "suture/sweep/detail/passes.hpp"
#include "suture/sweep/detail/segments.hpp"
#include "suture/sweep/detail/sites.hpp"
#include "suture/sweep/grid.hpp"
#include "suture/sweep/result.hpp"
#include "suture/tensor/detail/place.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace suture::detail {

/// Keeps what a run has at frozen sites, and puts it there in others.
template <class Model>
class FrozenPasses {
public:
    FrozenPasses(Model& model, const std::vector<SiteRef<AnyLayout>>& frozen) : model_(model), kept_(frozen.size()) {
        for (std::size_t i = 0; i < frozen.size(); ++i) {
            recording_.add(frozen[i], [this, i](const at::Tensor& t) {
                if (kept_[i].defined())
                    throw HookError(
                        "this site is passed more than once in a forward pass, and cannot be frozen: give each pass a "
                        "site of its own");
                kept_[i] = t.detach().clone();
            });
            freezing_.add(frozen[i], [this, i](const at::Tensor& t) {
                check_size(kept_[i], t);
                return of_prompts(kept_[i]);
            });
        }
    }
    FrozenPasses(const FrozenPasses&) = delete;
    FrozenPasses& operator=(const FrozenPasses&) = delete;

    static constexpr SweepMethod method() { return SweepMethod::forward_passes; }
    void begin(const at::Tensor& ids) {
        all_ = ids;
        std::fill(kept_.begin(), kept_.end(), at::Tensor());
        under(recording_, [&] { return forward_of(model_, ids); });
    }
    /// With the hooks, after what the frozen sites pass on.
    at::Tensor run(HookSet& hooks, const at::Tensor& ids, const at::Tensor& prompts) {
        prompts_ = prompts;
        return under(freezing_, [&] { return run_unfrozen(hooks, ids, prompts); });
    }
    void run_hooks(HookSet& hooks, const at::Tensor& ids, const at::Tensor& prompts) { run(hooks, ids, prompts); }
    at::Tensor run_unfrozen(HookSet& hooks, const at::Tensor& ids, const at::Tensor&) {
        return under(hooks, [&] { return forward_of(model_, ids); });
    }

private:
    /// @throws ShapeError, to which the hook adds the site
    void check_size(const at::Tensor& kept, const at::Tensor& now) const {
        if (kept.defined() && kept.dim() > 0 && now.dim() == kept.dim() && kept.size(0) % all_.size(0) == 0) return;
        throw ShapeError("a frozen site passes on a tensor whose first axis counts the prompts, but this one is " +
                         shape_text(now.sizes()) + ": freeze another");
    }
    /// Its rows of the prompts that run now; each prompt may have several.
    at::Tensor of_prompts(const at::Tensor& kept) const {
        const Index prompts = all_.size(0), rows = kept.size(0) / prompts;
        if (prompts_.size(0) == prompts) return kept;
        std::vector<Index> sizes = kept.sizes().vec();
        sizes.front() = rows, sizes.insert(sizes.begin(), prompts);
        return kept.view(sizes).index_select(0, prompts_.to(kept.device())).flatten(0, 1);
    }

    Model& model_;
    std::vector<at::Tensor> kept_;
    HookSet recording_, freezing_;
    at::Tensor all_, prompts_;
};

/// The same for a model that can be run again: only what lies on the open paths is run.
template <RerunModel Model>
class FrozenReruns {
public:
    FrozenReruns(Model& model, const std::vector<SiteRef<AnyLayout>>& frozen)
        : frozen_(frozen.empty() ? model.rerun() : model.rerun(frozen)), unfrozen_(model.rerun()) {}

    /// Patches will be at these sites, and paths end at the receivers.
    void expect(const std::vector<SiteRef<AnyLayout>>& senders, const std::vector<SiteRef<AnyLayout>>& receivers) {
        has_receivers_ = !receivers.empty();
        if (!has_receivers_) return frozen_.expect(senders);
        frozen_.expect(senders, receivers);
        unfrozen_.expect(receivers.front(), receivers);
    }
    static constexpr SweepMethod method() { return SweepMethod::reruns; }
    /// Keeps what the passes need, so that it counts as memory.
    void begin(const at::Tensor& ids) {
        frozen_.run_hooks(ids);
        if (has_receivers_) unfrozen_.run_hooks(ids);
    }
    at::Tensor run(HookSet& hooks, const at::Tensor& ids, const at::Tensor&) {
        return under(hooks, [&] { return check_logits(frozen_(ids), ids); });
    }
    void run_hooks(HookSet& hooks, const at::Tensor& ids, const at::Tensor&) {
        Scope scope = hooks.activate();
        ScopeOfRun::stays_in_thread(scope);
        frozen_.run_hooks(ids);
        scope.end();
    }
    at::Tensor run_unfrozen(HookSet& hooks, const at::Tensor& ids, const at::Tensor&) {
        return under(hooks, [&] { return check_logits(unfrozen_(ids), ids); });
    }

private:
    decltype(std::declval<Model&>().rerun()) frozen_, unfrozen_;
    bool has_receivers_ = false;
};

/// @throws ValueError if the grid goes by heads or has recipes
inline void check_are_receivers(const Grid& grid) {
    if (grid.has_heads() || !grid.recipes().empty())
        throw ValueError(
            "receivers are patched together, as they are: name heads by a place, Grid::of(sites, on<Q>(head(3))), and "
            "leave by_head() and recipes out");
}

/// Where paths end: the channels and positions of some sites.
class Receivers {
public:
    /// @throws PositionError if the grid names positions that the prompts lack
    Receivers(const Grid& grid, Index length)
        : grid_(grid), positions_(range_of(grid.positions(), length, "a prompt")) {
        for (const GridPart& part : grid_.parts())
            for (const SiteRef<AnyLayout>& site : part.sites) {
                if (seen_.count(site.id()) == 0) seen_.emplace(site.id(), seen_.size()), sites_.push_back(site);
                parts_.push_back({&part, seen_.at(site.id())});
            }
        received_.resize(sites_.size());
    }
    Receivers(const Receivers&) = delete;
    Receivers& operator=(const Receivers&) = delete;

    const std::vector<SiteRef<AnyLayout>>& sites() const { return sites_; }
    /// Hooks that note what comes, and hooks that put it in.
    /// @throws HookError, in the pass, if a site is passed more than once
    void note(HookSet& hooks) {
        std::fill(received_.begin(), received_.end(), at::Tensor());
        for (std::size_t i = 0; i < sites_.size(); ++i)
            hooks.add(sites_[i], [this, i](const at::Tensor& t) {
                if (received_[i].defined())
                    throw HookError(
                        "this site is passed more than once in a forward pass, and cannot be a receiver: give each "
                        "pass a site of its own");
                received_[i] = t.detach().clone();
            });
    }
    /// @param ids the token ids that are run. @throws ShapeError, in the pass, if a site does not have channels by position
    void put_in(HookSet& hooks, const at::Tensor& ids) {
        for (std::size_t i = 0; i < sites_.size(); ++i)
            hooks.add(sites_[i], [this, i, ids](const at::Tensor& t) { return with_received(t, i, ids.sizes()); });
    }

private:
    struct Part {
        const GridPart* part;
        std::size_t site;
    };
    at::Tensor with_received(const at::Tensor& t, std::size_t site, at::IntArrayRef ids) const {
        at::Tensor copy = t.clone(at::MemoryFormat::Contiguous);
        const at::Tensor from = received_[site].contiguous();
        for (const Part& each : parts_)
            if (each.site == site)
                cut(by_prompt(copy, ids, each.part->width), *each.part)
                    .copy_(cut(by_prompt(from, ids, each.part->width), *each.part));
        return copy;
    }
    /// @param whole [prompts, positions, width]
    at::Tensor cut(const at::Tensor& whole, const GridPart& part) const {
        return cut_channels(whole.narrow(-2, positions_.begin, positions_.size), part.of_head(-1));
    }

    Grid grid_;
    IndexRange positions_;
    std::map<std::uint64_t, std::size_t> seen_;
    std::vector<SiteRef<AnyLayout>> sites_;
    std::vector<Part> parts_;
    std::vector<at::Tensor> received_;
};

/// @param Frozen FrozenPasses or FrozenReruns
template <class Model, class Frozen>
class PathPasses {
public:
    /// @param receivers null if the paths end at the logits
    PathPasses(Model& model, Frozen& frozen, Receivers* receivers)
        : model_(model), frozen_(frozen), receivers_(receivers) {}

    static constexpr SweepMethod method() { return Frozen::method(); }
    ForwardRun record(const at::Tensor& ids, const SweepSites& sites) { return record_forward(model_, ids, sites); }
    void begin(const at::Tensor& ids) { frozen_.begin(ids); }
    at::Tensor run(HookSet& hooks, const at::Tensor& ids, const at::Tensor& prompts) {
        if (receivers_ == nullptr) return frozen_.run(hooks, ids, prompts);
        receivers_->note(hooks);
        frozen_.run_hooks(hooks, ids, prompts);
        HookSet receiving;
        receivers_->put_in(receiving, ids);
        return frozen_.run_unfrozen(receiving, ids, prompts);
    }

private:
    Model& model_;
    Frozen& frozen_;
    Receivers* receivers_;
};

}  // namespace suture::detail
