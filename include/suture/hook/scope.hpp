// Scopes: while one lives, the hooks of its set run in the thread that made it. CarriedScopes makes the scopes of one
// thread active in others that work for it.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/carried_links.hpp"
#include "suture/hook/detail/idle_hooks.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/scope_ledger.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/tensor/error.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

class HookSet;
namespace detail {
struct ScopeOfRun;
}  // namespace detail

/// A set is active in the thread that made the scope, until the scope ends at the closing brace. Other threads do not
/// see it. Call end() on a scope held by a pointer or an optional, whose destructors must not throw.
class [[nodiscard("hooks are active while the scope lives: give it a name")]] Scope {
public:
    SUTURE_REJECTED_COPY("a scope ends once: pass a reference, or call hooks.activate() again", Scope);
    Scope& operator=(const Scope&) = delete;
    SUTURE_REJECTED_FROM("a scope is made by its set: write const auto scope = hooks.activate()", Scope,
                         const HookSet&);
    SUTURE_REJECTED_DEFAULT("a scope is made by its set: write const auto scope = hooks.activate()", Scope);
    SUTURE_REJECTED_CONVERSION("a scope has no value: name it on a line before the model runs", bool, const);

    /// Ends the scope. Does not throw while another exception is in flight. @see end()
    ~Scope() noexcept(false) {
        if (std::uncaught_exceptions() > exceptions_) return;
        end();
    }

    /// Ends the scope before the brace.
    /// @throws HookError if a hook of the set never fired in it: the site was not passed or no gradient arrived, so the
    ///         edit that the numbers are supposed to show never happened. Write `add(...).may_be_idle()` where that is
    ///         intended. Also if a site of such a hook was passed in a thread that never made a scope, where the hook did not run: work
    ///         that left this thread, such as that of std::async and at::parallel_for. Also if another thread made the scope.
    void end() const { end_after_run({}); }

private:
    friend class HookSet;
    friend struct detail::ScopeOfRun;
    /// @param sites_of_model gives the sites of the model that ran, for the message; empty if it is not known
    void end_after_run(const detail::SitesOfModel& sites_of_model) const {
        if (!link_) return;
        if (!link_->is_at_home()) {
            link_.release()->abandon();  // it stands in the other thread's chain
            throw HookError("this scope was made in another thread: end it there");
        }
        link_.reset();
        const detail::IdleHooks idle = ledger_->idle();
        if (!idle.passed_elsewhere.empty()) throw HookError(detail::passed_elsewhere_message(idle));
        if (!idle.hooks.empty()) throw HookError(detail::idle_message(idle, sites_of_model));
    }
    explicit Scope(std::shared_ptr<const detail::HookRegistry> hooks)
        : ledger_(std::make_shared<detail::ScopeLedger>(checked(std::move(hooks)))),
          link_(std::make_unique<detail::SetLink>(ledger_)) {}
    static std::shared_ptr<const detail::HookRegistry> checked(std::shared_ptr<const detail::HookRegistry> hooks) {
        if (hooks->is_emptied())
            throw HookError(
                "the hooks of this set were removed or moved to another set, so the run would be a clean one: "
                "add hooks, or call clear() if that is intended");
        const std::shared_ptr<const detail::HookTable> table = hooks->table();
        for (const detail::SiteHooks& at : *table)
            for (const detail::HookEntry& hook : at.hooks)
                if (hook.check) hook.check();
        return hooks;
    }
    int exceptions_ = std::uncaught_exceptions();
    std::shared_ptr<detail::ScopeLedger> ledger_;
    mutable std::unique_ptr<detail::SetLink> link_;
};

/// The scopes that are active in one thread, to carry into threads that work for it. There they must end before the
/// original ones do: a site that is passed later, in a carried scope, throws HookError. Nothing happens in a thread where
/// they are active already:
///
///     std::thread([carried = CarriedScopes(), &] { const auto scopes = carried.activate(); model->forward(x); });
class CarriedScopes {
public:
    /// Ends with the brace; what fired in it then counts in the original scopes.
    class [[nodiscard("hooks are active while the scopes live: name them")]] Active {
    public:
        Active(Active &&) = default;

    private:
        friend class CarriedScopes;
        explicit Active(const detail::CarriedLinks& carried)
            : links_(std::make_unique<detail::ActiveLinks<detail::InParallel>>(carried)) {}
        std::unique_ptr<detail::ActiveLinks<detail::InParallel>> links_;
    };

    /// Takes the scopes of the calling thread.
    CarriedScopes() = default;

    /// Makes them active in this thread while the result lives. @throws HookError if one of them has ended
    Active activate() const { return Active(carried_); }

private:
    detail::CarriedLinks carried_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
