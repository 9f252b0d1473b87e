// What happens at a site in a thread with active scopes: the hooks found there run, and their errors name the site.
#pragma once

#include "suture/hook/detail/running_pass.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Puts `place` in front of the message of the current exception. Errors of suture keep their type; other exceptions
/// are nested in a HookError; anything that is not a std::exception passes unchanged.
/// @pre an exception is being handled
[[noreturn]] inline void rethrow_at(const std::string& place) {
    try {
        throw;
    } catch (Error& e) {
        e.add_place(place);
        throw;
    } catch (const c10::Error& e) {
        std::throw_with_nested(
            HookError(place + ": LibTorch refused what the hook did: " + e.what_without_backtrace()));
    } catch (const std::exception& e) {
        std::throw_with_nested(HookError(place + ": the hook threw: " + e.what()));
    }
}

/// A hook that waits for a gradient, its set, and the ledger in which it counts. Weak: the graph must not keep the set
/// alive, because the set's hooks may keep the graph alive.
struct WaitingHook {
    std::weak_ptr<const HookRegistry> set;
    std::weak_ptr<ScopeLedger> ledger;
    HookEntry hook;
};

/// Runs the hooks on a gradient, in their order, without those whose set was destroyed. @return the gradient that they leave
inline at::Tensor run_gradient_hooks(const std::vector<WaitingHook>& hooks, const Site& site, at::Tensor gradient) {
    if (!gradient.defined()) return gradient;
    try {
        const Suspension suspended;
        for (const auto& [set, waiting_in, hook] : hooks) {
            const auto alive = set.lock();
            if (!alive) continue;
            HookRun run(*hook.state);
            if (!run.may_run()) continue;
            const auto note_firing = [id = hook.id, &in = waiting_in] {
                if (const auto ledger = in.lock()) ledger->note_firing_elsewhere(id);
            };
            const bool is_sure = !running_pass;  // otherwise the hook alone knows whether the pass holds its positions
            if (is_sure) note_firing();
            at::Tensor replacement = hook.run(gradient, site);
            if (!is_sure) {
                if (std::exchange(is_hook_elsewhere, false)) continue;
                note_firing();
            }
            run.is_done();
            if (replacement.defined()) gradient = std::move(replacement);
        }
        return gradient;
    } catch (...) {
        rethrow_at(site.name() + " (gradient)");
    }
}

/// Lets the hooks wait for the gradient that will reach the activation. @return what must pass on in its place
inline at::Tensor with_gradient_hooks(const at::Tensor& activation, const Site& site, std::vector<WaitingHook> hooks) {
    if (!activation.requires_grad() || !at::GradMode::is_enabled())
        throw HookError(
            "a hook waits for the gradient of an activation that does not require one: run with gradients enabled, "
            "and with parameters or inputs that require them");
    // A copy is a node of its own in the graph: other uses of the activation do not add to its gradient.
    const at::Tensor passed = activation.clone();
    passed.register_hook([hooks = std::move(hooks), place = site.same(), pass = pass_now()](at::Tensor gradient) {
        const RunningPass stands(pass);
        return run_gradient_hooks(hooks, place, std::move(gradient));
    });
    return passed;
}

/// A hook that keeps the scopes active, while it runs: it must not come back to its own site.
class SplicedRun {
public:
    /// @throws HookError if the hook runs in this thread already
    explicit SplicedRun(const HookState& hook) {
        if (std::find(running().begin(), running().end(), &hook) != running().end())
            throw HookError(
                "a spliced function passes the site that it is spliced into: run the module there, and not the whole "
                "model");
        running().push_back(&hook);
    }
    ~SplicedRun() { running().pop_back(); }
    SplicedRun(const SplicedRun&) = delete;
    SplicedRun& operator=(const SplicedRun&) = delete;

private:
    static std::vector<const HookState*>& running() {
        static thread_local std::vector<const HookState*> all;
        return all;
    }
};

/// Runs a hook at its site, in a suspension that it lifts if it keeps the scopes.
inline at::Tensor run_suspended(const HookEntry& hook, const at::Tensor& activation, const Site& site,
                                Suspension& suspended) {
    if (!hook.keeps_scopes) [[likely]]
        return hook.run(activation, site);
    const SplicedRun once(*hook.state);
    const Suspension::Lifted lifted(suspended);
    return hook.run(activation, site);
}

/// Runs the hooks of the forward pass in their order, and adds a description of each one that replaced the activation to
/// `edits`, if there is a watcher.
inline void run_forward_hooks(const FoundAtSite& found, const Site& site, at::Tensor& activation,
                              std::vector<std::string>& edits, Suspension& suspended) {
    found.for_each_hook(Pass::forward, [&](ScopeLedger& ledger, const HookEntry& hook) {
        HookRun run(*hook.state);
        if (!run.may_run()) return;
        const bool had_fired = running_pass && ledger.has_noted_firing(hook.id);
        ledger.note_firing(hook.id);
        at::Tensor replacement = run_suspended(hook, activation, site, suspended);
        if (running_pass && std::exchange(is_hook_elsewhere, false)) [[unlikely]] {
            ledger.take_back_firing(hook.id, had_fired);
            return;
        }
        run.is_done();
        if (replacement.defined()) {
            activation = std::move(replacement);
            if (found.watcher) edits.push_back(hook.text());
        }
    });
}

/// The hooks that wait for the gradient of what passes.
inline std::vector<WaitingHook> gradient_hooks(const FoundAtSite& found) {
    std::vector<WaitingHook> hooks;
    found.for_each_hook(Pass::backward, [&](ScopeLedger& ledger, const HookEntry& hook) {
        if (!hook.state->can_fire()) return;
        ledger.note_waiting(hook.id);
        hooks.push_back({ledger.hooks(), ledger.weak_from_this(), hook});
    });
    return hooks;
}

/// Runs everything that was found at a site on the activation, and replaces it by what the hooks leave.
/// @throws Error, with the name of the site in front
inline void run_found_at(const Site& place, const FoundAtSite& found, at::Tensor& activation) {
    try {
        Suspension suspended;
        std::vector<std::string> edits;
        // Passes inside a spliced hook may read newer tables of the sets; the hooks that run here are those of the old ones.
        std::vector<std::shared_ptr<const HookTable>> tables;
        for (const SetAtSite& set : found.sets)
            if (set.at->keeps_scopes) [[unlikely]]
                for (const SetAtSite& each : found.sets) tables.push_back(each.ledger->table());
        run_forward_hooks(found, place, activation, edits, suspended);
        if (found.has_gradient_hooks()) [[unlikely]]
            if (auto waiting = gradient_hooks(found); !waiting.empty())
                activation = with_gradient_hooks(activation, place, std::move(waiting));
        if (found.watcher) (*found.watcher)(place, activation, edits);
    } catch (...) {
        rethrow_at(place.name());
    }
}

/// A site that was found by its path has that name, even if its model has not named it.
[[gnu::noinline]] inline void run_found_by_path(const Site& site, const FoundAtSite& found, at::Tensor& activation) {
    Site named = site.same();
    named.rename(found.sets.front().at->name);
    run_found_at(named, found, activation);
}

/// The same at a site that may lack a name.
inline void run_found(FoundAtSite& found, const Site& site, at::Tensor& activation) {
    const Pinned pinned(found);
    if (!site.has_name() && !found.sets.empty() && found.sets.front().at->has_path) [[unlikely]]
        return run_found_by_path(site, found, activation);
    run_found_at(site, found, activation);
}

/// Replaces the activation by what the hooks leave. Kept out of line: in the model's code, a site without active scopes is a
/// load and a branch.
/// @throws Error, with the name of the site in front
[[gnu::noinline]] inline void run_hooks(const Site& site, at::Tensor& activation) {
    FoundAtSite found;
    for (const ScopeLink* link = innermost_scope; link && link->look(site, found);) link = link->outer();
    if (found.has_ended_links) [[unlikely]]
        ScopeLink::sweep();
    if (!found.is_empty()) run_found(found, site, activation);
}

}  // namespace suture::detail
