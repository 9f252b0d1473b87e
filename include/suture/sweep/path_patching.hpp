// Path patching: what a place does to the answer by some of its paths alone (Wang et al. 2022, "Interpretability in the
// Wild"; Goldowsky-Dill et al. 2023, "Localizing Model Behavior with Path Patching").
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/model/fingerprint.hpp"
#include "suture/sweep/detail/path_passes.hpp"
#include "suture/sweep/sweep.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The paths on which a patch travels: a value.
///
///     Paths::avoiding(sites<Z>(model, "h.*.attn.z"))                       // no other head is on them
///     Paths::avoiding(attentions, mlps).to(Grid::of(c_attn, on<Q>(head(9))))    // to one head's queries, by the stream
///
class Paths {
public:
    /// Those that pass none of these sites: there a run has what it has without the patch. A site that is patched itself
    /// is patched after that, so the heads of all layers may be named. Without any sites, all paths are open.
    /// @throws HookError if a range of sites is empty
    template <Sites... S>
    static Paths avoiding(S&&... sites) {
        Paths paths{std::vector<SiteRef<AnyLayout>>()};
        (paths.freeze(detail::untyped(sites)), ...);
        return paths;
    }
    /// Those that end at these places: what arrives there, together, goes on by every path. Otherwise they end at the
    /// logits. @throws ValueError if the grid goes by head or has recipes
    Paths to(const Grid& receivers) const {
        detail::check_are_receivers(receivers);
        Paths paths = *this;
        paths.receivers_ = receivers;
        return paths;
    }

    // For sweeps:

    const std::vector<SiteRef<AnyLayout>>& frozen() const { return frozen_; }
    const std::optional<Grid>& receivers() const { return receivers_; }

    SUTURE_REJECTED_DEFAULT("paths are made by a function: write Paths::avoiding(sites)", Paths);
    template <class... S>
    static SUTURE_REJECTED("paths avoid sites: find them by sites<Layout>(model, pattern)", avoiding(S&&...));
    template <class...>
    SUTURE_REJECTED("paths lead to a grid: write to(Grid::of(sites, on<Q>(head(3))))", to(...) const);

private:
    explicit Paths(std::vector<SiteRef<AnyLayout>> frozen) : frozen_(std::move(frozen)) {}
    void freeze(const std::vector<SiteRef<AnyLayout>>& sites) {
        frozen_.insert(frozen_.end(), sites.begin(), sites.end());
    }
    std::vector<SiteRef<AnyLayout>> frozen_;
    std::optional<Grid> receivers_;
};

namespace detail {
/// @throws HookError if a receiver is frozen
inline void check_are_open(const Paths& paths, const std::vector<SiteRef<AnyLayout>>& receivers) {
    for (const SiteRef<AnyLayout>& receiver : receivers)
        for (const SiteRef<AnyLayout>& frozen : paths.frozen())
            if (frozen.id() == receiver.id())
                throw HookError(receiver.name() +
                                " is both avoided and a receiver, so nothing would arrive there: leave it out of one");
}
/// @throws ValueError if estimates are asked for
inline void check_no_estimates(const SweepOptions& options) {
    if (options.attribution || options.share < 1)
        throw ValueError(
            "attribution does not tell paths apart: leave the options 'attribution' and 'share' as they are");
}
/// What the numbers depend on besides the task. @param length of the prompts
inline std::string paths_text(const Paths& paths, Index length) {
    Fingerprint key;
    for (const SiteRef<AnyLayout>& site : paths.frozen()) key.add(site.name());
    if (paths.receivers()) {
        std::ostringstream text;
        text << *paths.receivers();
        const IndexRange positions = range_of(paths.receivers()->positions(), length, "a prompt");
        text << ", positions " << positions.begin << " to " << positions.begin + positions.size;
        key.add(text.str());
        for (const GridPart& part : paths.receivers()->parts()) {
            const StridedSlice& r = part.part.where;
            for (const Index number : {r.offset, r.width, r.groups, r.period, part.width})
                key.add(std::to_string(number));
            key.add(part.name);
            for (const SiteRef<AnyLayout>& site : part.sites) key.add(site.name());
        }
    }
    return ", paths " + std::to_string(key.value());
}
}  // namespace detail

/// Sweeps the senders of a grid: patches each of them, one at a time, lets the patch travel by the paths alone, and reads the
/// metric. With receivers, what arrives there is put into an unpatched run, whose metric is read.
///
///     path_patching(model, noising(clean, corrupted), Grid::of<Z>(z).by_head().all_positions(), Paths::avoiding(z, mlps),
///                   logit_difference(mary, john));        // the direct effect of each head on the logits
///
/// Of an Exported, only the operators on the paths run; any other model runs a whole pass for each place, or two if there
/// are receivers. Of the options, `optimisations` count only for `batch`.
/// @throws as sweep; HookError if a site is avoided and a receiver, or is passed more than once; ValueError if the options
///         ask for estimates
template <class Model>
SweepResult path_patching(Model&& model, const Patching& patching, const Grid& senders, const Paths& paths,
                          const Metric& metric, const SweepOptions& options = {}) {
    using M = std::remove_reference_t<Model>;
    detail::check_can_run<M>();
    detail::check_is_there(model);
    const detail::SweepTask task(patching, senders, metric);
    detail::check_options(options);
    detail::check_no_estimates(options);
    if (options.training == TrainingMode::refused) detail::check_is_not_training(model);
    std::optional<detail::Receivers> receivers;
    if (paths.receivers()) {
        receivers.emplace(*paths.receivers(), task.length());
        detail::check_are_open(paths, receivers->sites());
    }
    SweepResult result = detail::empty_result(task);
    detail::Ledger ledger(result, options);
    if (options.journal)
        ledger.open(task.text() + detail::paths_text(paths, task.length()) + detail::weights_text(model));
    detail::SweepPlanner planner(task, options, ledger);
    const at::NoGradGuard no_gradients;
    const auto run = [&](auto& frozen) {
        detail::PathPasses passes(model, frozen, receivers ? &*receivers : nullptr);
        detail::PlainSweep(passes, task, options, planner, ledger, result).run();
    };
    if constexpr (detail::RerunModel<M>)
        // A rerun freezes what the model has without any hooks, and those of the caller's count here.
        if (!detail::has_active_scopes() && options.training == TrainingMode::refused && model.rerun().saves_work()) {
            detail::FrozenReruns<M> frozen(model, paths.frozen());
            frozen.expect(task.sites.sites(), receivers ? receivers->sites() : std::vector<SiteRef<AnyLayout>>());
            run(frozen);
            return result;
        }
    detail::FrozenPasses<M> frozen(model, paths.frozen());
    run(frozen);
    return result;
}

template <class...>
SUTURE_REJECTED("five are needed: write path_patching(model, patching, senders, paths, metric)", path_patching(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
