// Scopes: how a thread's forward pass finds the hooks that are active in it. Modules hold none of this: a site asks
// the thread's innermost scope, which reads an immutable table that adding and removing hooks replace.
#pragma once

#include "suture/hook/site.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace suture::detail {

/// One hook as it runs: an undefined result means "keep the activation".
struct hook_entry {
    std::uint64_t id = 0;
    std::function<at::Tensor(const at::Tensor&, const Site&)> run;
    std::shared_ptr<std::atomic<std::size_t>> fired;
};

/// The hooks of the sites, sorted by site. Never changed once it is shared.
using hook_table = std::vector<std::pair<std::uint64_t, std::vector<hook_entry>>>;

inline auto find_site(const hook_table& table, std::uint64_t site) {
    const auto at = std::lower_bound(table.begin(), table.end(), site,
                                     [](const auto& entry, std::uint64_t id) { return entry.first < id; });
    return at != table.end() && at->first == site ? at : table.end();
}

/// The table of a set. Adding and removing replace it, so a pass that is under way keeps the one it reads.
class hook_registry {
public:
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
    std::shared_ptr<const hook_table> table() const {
        const std::lock_guard lock(guard_);
        return table_;
    }
    std::uint64_t add(std::uint64_t site, hook_entry entry) {
        std::shared_ptr<const hook_table> before;  // dropped after the lock: a callback may own handles of this set
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<hook_table>(*table_);
        entry.id = ++last_id_;
        auto at = std::lower_bound(next->begin(), next->end(), site,
                                   [](const auto& e, std::uint64_t id) { return e.first < id; });
        if (at == next->end() || at->first != site) at = next->insert(at, {site, {}});
        at->second.push_back(std::move(entry));
        before = publish(std::move(next));
        return last_id_;
    }
    void remove(std::uint64_t id) {
        std::shared_ptr<const hook_table> before;
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<hook_table>(*table_);
        for (auto& [site, hooks] : *next) std::erase_if(hooks, [id](const hook_entry& h) { return h.id == id; });
        std::erase_if(*next, [](const auto& entry) { return entry.second.empty(); });
        before = publish(std::move(next));
    }

private:
    /// @return the table before
    std::shared_ptr<const hook_table> publish(std::shared_ptr<const hook_table> next) {
        version_.fetch_add(1, std::memory_order_release);
        return std::exchange(table_, std::move(next));
    }
    mutable std::mutex guard_;
    std::shared_ptr<const hook_table> table_ = std::make_shared<const hook_table>();
    std::uint64_t last_id_ = 0;
    std::atomic<std::uint64_t> version_{0};
};

class active_scope;
/// The innermost active scope of this thread; null where no hooks are active or while one of them runs.
inline constinit thread_local const active_scope* innermost_scope = nullptr;

/// Makes a scope the innermost one for as long as it lives; null suspends all hooks.
class scope_switch {
public:
    explicit scope_switch(const active_scope* next) : before_(std::exchange(innermost_scope, next)) {}
    ~scope_switch() { innermost_scope = before_; }
    scope_switch(const scope_switch&) = delete;
    scope_switch& operator=(const scope_switch&) = delete;

private:
    const active_scope* before_;
};

/// A set made active. Reads the set's newest table before each site.
class active_scope {
public:
    explicit active_scope(std::shared_ptr<const hook_registry> hooks)
        : hooks_(std::move(hooks)), outer_(innermost_scope) {}

    at::Tensor run(const Site& site, at::Tensor activation) const {
        if (outer_) activation = outer_->run(site, std::move(activation));
        if (const std::uint64_t now = hooks_->version(); now != seen_) {
            table_ = hooks_->table();
            seen_ = now;
        }
        const auto at = find_site(*table_, site.id());
        if (at == table_->end()) return activation;
        const scope_switch suspended(nullptr);
        for (const hook_entry& hook : at->second) {
            hook.fired->fetch_add(1, std::memory_order_relaxed);
            if (at::Tensor replacement = hook.run(activation, site); replacement.defined())
                activation = std::move(replacement);
        }
        return activation;
    }

private:
    std::shared_ptr<const hook_registry> hooks_;
    const active_scope* outer_;
    mutable std::shared_ptr<const hook_table> table_ = std::make_shared<const hook_table>();
    mutable std::uint64_t seen_ = 0;
};

/// Kept out of line: an inactive site is a load and a branch in the code of the model.
/// @throws Error, with the name of the site in front
[[gnu::noinline]] inline at::Tensor run_hooks(const Site& site, at::Tensor activation) try {
    return innermost_scope->run(site, std::move(activation));
} catch (Error& e) {
    e.add_place(site.name());
    throw;
}

}  // namespace suture::detail
