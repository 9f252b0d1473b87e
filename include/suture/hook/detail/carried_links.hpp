// How the scopes of one thread become active in others that work for it. Those threads have links of their own, so the
// first thread may end a scope meanwhile.
#pragma once

#include "suture/hook/detail/scope_link.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

/// Everything that was active in the thread that made this, up to its innermost suspension.
class CarriedLinks {
public:
    CarriedLinks() {
        for (const ScopeLink* link = innermost_scope; link && !link->suspends(); link = link->outer())
            link->carry_into(links_);
        std::reverse(links_.begin(), links_.end());
    }
    /// From the outermost in.
    const std::vector<CarriedLink>& links() const { return links_; }

private:
    std::vector<CarriedLink> links_;
};

/// For threads that run at the same time: the sets are active inside the scopes that this thread has, and each scope
/// counts for itself until the end. A set that is active here already stays as it is. Watchers are not carried: one
/// watcher must not be called by two threads at once.
struct InParallel {
    static constexpr bool hides_own_scopes = false;
    /// @throws HookError if the scope has ended
    static std::unique_ptr<ScopeLink> link(const std::shared_ptr<ScopeLedger>& ledger) {
        ledger->check_not_outlived();
        if (is_active(innermost_scope, ledger->hooks().get())) return nullptr;
        return std::make_unique<CarriedSetLink>(ledger);
    }
    static std::unique_ptr<ScopeLink> link(const std::shared_ptr<const SiteWatcher>&) { return nullptr; }
};

/// For threads that take turns in one pass: everything is active in place of the scopes that this thread has, and
/// counts in the ledgers of the original scopes.
/// Law: once a scope has ended, visits that begin elsewhere do not run its hooks.
struct InTurns {
    static constexpr bool hides_own_scopes = true;
    static std::unique_ptr<ScopeLink> link(const std::shared_ptr<ScopeLedger>& ledger) {
        if (ledger->has_ended()) return nullptr;
        return std::make_unique<BorrowedSetLink>(ledger);
    }
    static std::unique_ptr<ScopeLink> link(const std::shared_ptr<const SiteWatcher>& watcher) {
        return std::make_unique<WatcherLink>(watcher);
    }
};

/// Makes carried scopes active in this thread while it lives. Policy: InParallel or InTurns.
template <class Policy>
class ActiveLinks {
public:
    explicit ActiveLinks(const CarriedLinks& carried) : ActiveLinks() {
        links_.reserve(carried.links().size());
        for (const CarriedLink& each : carried.links())
            if (auto link = std::visit([](const auto& what) { return Policy::link(what); }, each))
                links_.push_back(std::move(link));
    }
    ~ActiveLinks() {
        while (!links_.empty()) links_.pop_back();  // from the innermost out
        if constexpr (Policy::hides_own_scopes) innermost_scope = own_;
    }
    ActiveLinks(const ActiveLinks&) = delete;
    ActiveLinks& operator=(const ActiveLinks&) = delete;

private:
    ActiveLinks() : own_(innermost_scope) {
        if constexpr (Policy::hides_own_scopes) innermost_scope = nullptr;
    }
    ScopeLink* own_;
    std::vector<std::unique_ptr<ScopeLink>> links_;
};

}  // namespace suture::detail
