// Scopes: how a thread's forward pass finds the hooks that are active in it. Modules hold none of this: a site asks
// the thread's innermost scope, which reads the tables of the sets that are active.
#pragma once

#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/scope_record.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/error.hpp"

#include <c10/util/Exception.h>
#include <c10/util/SmallVector.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// What a trace is told of a site that was passed: before and after its hooks, and what the hooks that replaced the
/// activation do, in words.
using site_watcher = std::function<void(const Site&, const at::Tensor& before, const at::Tensor& after,
                                        const std::vector<std::string>& edits)>;

/// One link of the thread's chain of scopes: an active set, a watcher, or a suspension, which hides the links outside
/// of it. Links may end in any order.
class ActiveScope {
public:
    /// A suspension: while a hook runs, no hooks are active.
    ActiveScope();
    explicit ActiveScope(std::shared_ptr<ScopeLedger> record);
    explicit ActiveScope(site_watcher watcher);
    /// A link that another thread lends to this one: it is at home in neither, and its end is not the scope's.
    ActiveScope(std::shared_ptr<ScopeLedger> record, site_watcher watcher);
    ~ActiveScope();
    ActiveScope(const ActiveScope&) = delete;
    ActiveScope& operator=(const ActiveScope&) = delete;

    at::Tensor run(const Site& site, at::Tensor activation);

    /// The link around this one; null if that is a suspension or nothing.
    ActiveScope* outer() const { return outer_ && !outer_->suspends() ? outer_ : nullptr; }
    const ActiveScope* outer_link() const { return outer_; }
    bool suspends() const { return !record_ && !watcher_; }
    /// Whether anything waits at a site in the chain that begins here. For threads that share records, @see LentScopes.
    bool is_hooked(const Site& site) const {
        for (const ActiveScope* s = this; s; s = s->outer())
            if (s->watcher_ || (s->record_ && s->record_->has_hooks_at(site.id()))) return true;
        return false;
    }
    /// Whether the set is active in the chain that begins here, also behind suspensions.
    static bool is_active(const ActiveScope* chain, const std::shared_ptr<const HookRegistry>& hooks) {
        for (; chain; chain = chain->outer_)
            if (chain->record_ && chain->record_->hooks() == hooks) return true;
        return false;
    }
    /// Whether this thread is the one that the link was made in. Another one must not take it out of the chain.
    bool is_at_home() const;
    /// Stops the hooks of a link made with new; its own thread deletes it at the next site.
    void abandon() {
        record_->end();
        abandoned_.store(true, std::memory_order_release);
    }
    /// Deletes the abandoned links of this thread.
    static void sweep();
    const std::shared_ptr<ScopeLedger>& record() const { return record_; }
    const site_watcher& watcher() const { return watcher_; }

private:
    ActiveScope* outer_;
    std::shared_ptr<ScopeLedger> record_;
    site_watcher watcher_;
    std::atomic<bool> abandoned_{false};
    ActiveScope** home_;  ///< null for a link that is lent
};

/// The innermost link of this thread; null where no hooks are active. One in a process, as next_site is.
[[gnu::visibility("default")]] inline constinit thread_local ActiveScope* innermost_scope = nullptr;

inline ActiveScope::ActiveScope() : outer_(std::exchange(innermost_scope, this)), home_(&innermost_scope) {}

inline ActiveScope::ActiveScope(std::shared_ptr<ScopeLedger> record)
    : outer_(innermost_scope), record_(std::move(record)), home_(&innermost_scope) {
    if (is_active(outer_, record_->hooks()))
        throw HookError(
            "this hook set is active in this thread already, where its hooks would run twice: "
            "end the other scope first");
    innermost_scope = this;
}

inline ActiveScope::ActiveScope(site_watcher watcher)
    : outer_(std::exchange(innermost_scope, this)), watcher_(std::move(watcher)), home_(&innermost_scope) {}

inline ActiveScope::ActiveScope(std::shared_ptr<ScopeLedger> record, site_watcher watcher)
    : outer_(std::exchange(innermost_scope, this)),
      record_(std::move(record)),
      watcher_(std::move(watcher)),
      home_(nullptr) {}

/// Tells the scopes of this thread that a hook of the set is about to be removed.
inline void note_removal(const HookRegistry* set, std::uint64_t hook) {
    for (const ActiveScope* s = innermost_scope; s; s = s->outer_link())
        if (s->record() && s->record()->hooks().get() == set) s->record()->note_removal(hook);
}

inline void ActiveScope::sweep() {
    for (ActiveScope** at = &innermost_scope; *at;) {
        ActiveScope* const link = *at;
        if (link->abandoned_.load(std::memory_order_acquire)) {
            *at = link->outer_;
            delete link;
        } else {
            at = &link->outer_;
        }
    }
}

inline bool ActiveScope::is_at_home() const { return home_ == &innermost_scope; }

inline ActiveScope::~ActiveScope() {
    if (record_ && home_) record_->end();
    for (ActiveScope** at = &innermost_scope; *at; at = &(*at)->outer_)
        if (*at == this) {
            *at = outer_;
            return;
        }
}

/// Puts `place` in front of what a hook threw. Errors of suture keep their kind; other exceptions are nested in a
/// HookError; what is no std::exception passes as it is.
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

/// A hook that waits for a gradient, and the scope in which it counts. Weak: the graph must not keep the set alive,
/// whose hooks may keep the graph.
struct WaitingHook {
    std::weak_ptr<ScopeLedger> record;
    HookEntry hook;
};

/// Lets the hooks have the gradient that reaches the activation, in their order.
inline at::Tensor with_gradient_hooks(const at::Tensor& activation, const Site& site, std::vector<WaitingHook> hooks) {
    if (!activation.requires_grad() || !at::GradMode::is_enabled())
        throw HookError(
            "a hook waits for the gradient of an activation that needs none: run with gradients enabled, "
            "and with parameters or inputs that require them");
    // A copy is a node of its own in the graph: what else is made of the activation does not add to its gradient.
    const at::Tensor passed = activation.clone();
    passed.register_hook([hooks = std::move(hooks), place = site.same()](at::Tensor gradient) {
        if (!gradient.defined()) return gradient;
        try {
            const ActiveScope suspended;
            for (const auto& [record, hook] : hooks) {
                if (!hook.state->fires()) continue;
                if (const auto scope = record.lock()) scope->note_firing_elsewhere(hook.id);
                if (at::Tensor replacement = hook.run(gradient, place); replacement.defined())
                    gradient = std::move(replacement);
            }
            return gradient;
        } catch (...) {
            rethrow_at(place.name() + " (gradient)");
        }
    });
    return passed;
}

inline at::Tensor ActiveScope::run(const Site& site, at::Tensor activation) {
    if (suspends()) return activation;
    struct found {
        std::shared_ptr<ScopeLedger> record;  // kept, with the table: a hook may change the set or end the scope
        std::shared_ptr<const HookTable> table;
        const SiteHooks* at;
    };
    c10::SmallVector<found, 4> links;  // from the innermost out
    site_watcher watcher;
    for (ActiveScope* s = this; s; s = s->outer()) {
        if (s->watcher_ && !watcher) watcher = s->watcher_;
        if (!s->record_) continue;
        const std::shared_ptr<const HookTable>& table = s->record_->newest();
        const auto at = site_at(*table, site.id());
        if (at != table->end() && at->site == site.id()) links.push_back({s->record_, table, &*at});
    }
    if (links.empty() && !watcher) return activation;

    // A site that was found by its path has that name, whether or not its model has named it.
    std::optional<Site> named;
    if (!site.has_name() && !links.empty()) named.emplace(site.same()).rename(links.front().at->name);
    const Site& place = named ? *named : site;
    try {
        const ActiveScope suspended;
        const at::Tensor before = watcher ? activation : at::Tensor();
        std::vector<std::string> edits;
        const auto each = [&links](HookPhase when, const auto& f) {
            for (auto link = links.rbegin(); link != links.rend(); ++link)
                for (const HookEntry& hook : link->at->hooks)
                    if (hook.when == when) f(link->record, hook);
        };
        for (const HookPhase when : forward_moments)
            each(when, [&](const std::shared_ptr<ScopeLedger>& record, const HookEntry& hook) {
                if (!hook.state->fires()) return;
                record->note_firing(hook.id);
                if (at::Tensor replacement = hook.run(activation, place); replacement.defined()) {
                    activation = std::move(replacement);
                    if (watcher) edits.push_back(hook.text());
                }
            });
        std::vector<WaitingHook> waiting;
        each(HookPhase::gradient, [&](const std::shared_ptr<ScopeLedger>& record, const HookEntry& hook) {
            if (hook.state->can_fire()) waiting.push_back({record, hook});
        });
        if (!waiting.empty()) activation = with_gradient_hooks(activation, place, std::move(waiting));
        if (watcher) watcher(place, before, activation, edits);
        return activation;
    } catch (...) {
        rethrow_at(place.name());
    }
}

/// Kept out of line: an inactive site is a load and a branch in the code of the model.
/// @throws Error, with the name of the site in front
[[gnu::noinline]] inline at::Tensor run_hooks(const Site& site, at::Tensor activation) {
    ActiveScope::sweep();
    return innermost_scope ? innermost_scope->run(site, std::move(activation)) : activation;
}

}  // namespace suture::detail
