// The links of a thread's chain of scopes: everything that is active in the thread, from the innermost scope outwards.
// Modules hold none of this: a site asks the innermost link of its thread.
#pragma once

#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/scope_ledger.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/error.hpp"

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

/// Called at every site that the thread passes, after the hooks there: with the activation that leaves the site, and a
/// description of each hook that replaced it.
using SiteWatcher =
    std::function<void(const Site&, const at::Tensor& activation, const std::vector<std::string>& edits)>;

class LedgerLink;

/// The hooks that one set has at a site, in the table of its ledger. A hook may change the set, which replaces the table
/// that the ledger reads next, or end the scope, which hands the ledger over to `kept`.
struct SetAtSite {
    const LedgerLink* link;
    ScopeLedger* ledger;
    const SiteHooks* at;
    std::shared_ptr<ScopeLedger> kept;  ///< null while the link lives and keeps the ledger
};

/// Everything that a chain has at one site.
struct FoundAtSite {
    c10::SmallVector<SetAtSite, 4> sets;         ///< from the innermost out
    std::shared_ptr<const SiteWatcher> watcher;  ///< the innermost one; null if nothing watches
    bool has_ended_links = false;                ///< the chain has links whose scopes ended in another thread

    bool has_gradient_hooks() const {
        return std::any_of(sets.begin(), sets.end(),
                           [](const SetAtSite& set) { return set.at->phases_of(Pass::backward) != 0; });
    }
    bool is_empty() const { return sets.empty() && !watcher; }
    /// Calls f(ledger, hook) for the hooks of a pass, phase by phase: outer sets first, each set in the order of its
    /// hooks.
    template <class F>
    void for_each_hook(Pass pass, const F& f) const {
        unsigned phases = 0;  // most sites have hooks in one
        for (const SetAtSite& set : sets) phases |= set.at->phases_of(pass);
        for (; phases != 0; phases &= phases - 1) {
            const auto when = static_cast<HookPhase>(std::countr_zero(phases));
            for (auto set = sets.rbegin(); set != sets.rend(); ++set)
                for (const HookEntry& hook : set->at->hooks)
                    if (hook.when == when && hook.pass == pass) f(*set->ledger, hook);
        }
    }
};

/// What another thread needs to make a link of its own like this one.
using CarriedLink = std::variant<std::shared_ptr<ScopeLedger>, std::shared_ptr<const SiteWatcher>>;

/// One link of the chain. Constructing a link makes it the innermost; links may be destroyed in any order, in their own
/// thread.
class ScopeLink {
public:
    /// What a link is to most sites: the end of the chain, a watcher of every site, or a set.
    enum class Kind : unsigned char { suspension, watcher, set };

    explicit ScopeLink(Kind kind);
    virtual ~ScopeLink() { unlink(); }
    ScopeLink(const ScopeLink&) = delete;
    ScopeLink& operator=(const ScopeLink&) = delete;

    ScopeLink* outer() const { return outer_; }
    Kind kind() const { return kind_; }
    /// Whether a link of the kind set has nothing to do at a site.
    inline bool set_has_nothing_at(const Site& site) const;

    /// Adds what this link has at the site. @return whether links further out count as well
    virtual bool look(const Site& site, FoundAtSite& found) const = 0;
    /// Whether the links further out are inactive.
    virtual bool suspends() const { return false; }
    /// Whether something waits at the site. Unlike look(), this may be called while other threads use the same ledger.
    virtual bool waits_at(const Site& site) const = 0;
    /// The ledger of the scope, if this link runs the hooks of that set; otherwise null.
    virtual ScopeLedger* ledger_of(const HookRegistry*) const { return nullptr; }
    /// Adds what another thread needs to make a link like this one.
    virtual void carry_into(std::vector<CarriedLink>& links) const = 0;
    /// Notes that a site is passed while a hook suspends this link.
    virtual void note_pass_in_hook(const Site&) const {}
    /// Whether the link has no owner any more and its thread must delete it.
    virtual bool is_abandoned() const { return false; }

    /// Deletes the abandoned links of this thread.
    static void sweep();

protected:
    void set_outer(ScopeLink* outer) { outer_ = outer; }
    /// Takes the link out of the chain. Destructors of derived classes call it before their members are destroyed: a
    /// callback that dies with them may walk the chain.
    void unlink() noexcept;

private:
    friend class LedgerLink;
    ScopeLink* outer_;
    const ScopeLedger* ledger_ = nullptr;  ///< of a set
    Kind kind_;
};

/// The innermost link of this thread; null if nothing is active. One per process, like next_site.
[[gnu::visibility("default")]] inline constinit thread_local ScopeLink* innermost_scope = nullptr;

inline ScopeLink::ScopeLink(Kind kind) : outer_(std::exchange(innermost_scope, this)), kind_(kind) {}

inline bool ScopeLink::set_has_nothing_at(const Site& site) const { return ledger_->has_nothing_at(site.id()); }

/// Whether nothing in the scopes of this thread waits at a site, as far as can be told at once: the short way past a site
/// that only others watch.
[[gnu::noinline]] inline bool has_nothing_at(const Site& site) {
    const ScopeLink* link = innermost_scope;
    for (; link && link->kind() != ScopeLink::Kind::suspension; link = link->outer())
        if (link->kind() == ScopeLink::Kind::watcher || !link->set_has_nothing_at(site)) return false;
    for (; link; link = link->outer()) link->note_pass_in_hook(site);
    return true;
}

inline void ScopeLink::unlink() noexcept {
    for (ScopeLink** at = &innermost_scope; *at; at = &(*at)->outer_)
        if (*at == this) {
            *at = outer_;
            return;
        }
}

inline void ScopeLink::sweep() {
    for (ScopeLink* link = innermost_scope; link;) {
        ScopeLink* const outer = link->outer_;
        if (link->is_abandoned()) delete link;
        link = outer;
    }
}

/// Whether a set is active in the chain that begins here, even if the link that runs it is suspended.
inline bool is_active(const ScopeLink* chain, const HookRegistry* set) {
    for (; chain; chain = chain->outer())
        if (chain->ledger_of(set)) return true;
    return false;
}

/// Whether something waits at a site in the scopes of this thread.
inline bool is_hooked(const Site& site) {
    for (const ScopeLink* link = innermost_scope; link && !link->suspends(); link = link->outer())
        if (link->waits_at(site)) return true;
    return false;
}

/// Whether hooks or watchers are active in this thread.
inline bool has_active_scopes() { return innermost_scope && !innermost_scope->suspends(); }

/// Tells the scopes of this thread that a hook of the set is about to be removed.
inline void note_removal(const HookRegistry* set, std::uint64_t hook) {
    for (const ScopeLink* link = innermost_scope; link; link = link->outer())
        if (ScopeLedger* ledger = link->ledger_of(set)) ledger->note_removal(hook);
}

/// While it lives, no scope further out is active in this thread. Each hook runs within one.
class Suspension final : public ScopeLink {
public:
    Suspension() : ScopeLink(Kind::suspension) {}
    bool look(const Site&, FoundAtSite&) const override { return false; }
    bool suspends() const override { return true; }
    bool waits_at(const Site&) const override { return false; }
    void carry_into(std::vector<CarriedLink>&) const override {}

    /// While it lives, the scopes further out are active again: for a hook that splices a module with sites of its own.
    class Lifted {
    public:
        explicit Lifted(Suspension& suspension)
            : suspension_(suspension), own_(std::exchange(innermost_scope, suspension.outer())) {}
        ~Lifted() { suspension_.set_outer(std::exchange(innermost_scope, own_)); }
        Lifted(const Lifted&) = delete;
        Lifted& operator=(const Lifted&) = delete;

    private:
        Suspension& suspension_;
        ScopeLink* own_;
    };
};

/// Watches the sites that this thread passes. Watchers inside it take its place while they live.
class WatcherLink final : public ScopeLink {
public:
    explicit WatcherLink(SiteWatcher watcher) : WatcherLink(std::make_shared<const SiteWatcher>(std::move(watcher))) {}
    explicit WatcherLink(std::shared_ptr<const SiteWatcher> watcher)
        : ScopeLink(Kind::watcher), watcher_(std::move(watcher)) {}
    ~WatcherLink() override { unlink(); }

    bool look(const Site&, FoundAtSite& found) const override {
        if (!found.watcher) found.watcher = watcher_;
        return true;
    }
    bool waits_at(const Site&) const override { return true; }
    void carry_into(std::vector<CarriedLink>& links) const override { links.push_back(watcher_); }

private:
    std::shared_ptr<const SiteWatcher> watcher_;
};

/// A link that runs the hooks of a set, and counts in a ledger which of them fire.
class LedgerLink : public ScopeLink {
public:
    bool look(const Site& site, FoundAtSite& found) const override {
        if (ledger_->has_ended()) [[unlikely]]
            return found.has_ended_links = true;
        if (const SiteHooks* const at = ledger_->newest_at(site.id()))
            found.sets.push_back({this, ledger_.get(), at, nullptr});
        return true;
    }
    /// While hooks of the link run: if the link is destroyed, its ledger is handed over to `keeper`. Owning the ledger at
    /// every firing instead would cost more than a hook that only looks.
    void pin(std::shared_ptr<ScopeLedger>& keeper) const {
        if (keeper_)
            keeper = ledger_;
        else
            keeper_ = &keeper;
    }
    void unpin() const { keeper_ = nullptr; }
    bool waits_at(const Site& site) const override { return !ledger_->has_ended() && ledger_->has_hooks_at(site.id()); }
    void note_pass_in_hook(const Site& site) const override { ledger_->note_pass_in_hook(site.id()); }
    ScopeLedger* ledger_of(const HookRegistry* set) const override {
        return ledger_->hooks().get() == set ? ledger_.get() : nullptr;
    }
    void carry_into(std::vector<CarriedLink>& links) const override {
        if (!ledger_->has_ended()) links.push_back(ledger_);
    }

protected:
    explicit LedgerLink(std::shared_ptr<ScopeLedger> ledger) : ScopeLink(Kind::set), ledger_(std::move(ledger)) {
        ScopeLink::ledger_ = ledger_.get();
    }
    ~LedgerLink() override {
        unlink();
        if (keeper_) *keeper_ = std::move(ledger_);
    }
    ScopeLedger& ledger() const { return *ledger_; }

private:
    std::shared_ptr<ScopeLedger> ledger_;
    mutable std::shared_ptr<ScopeLedger>* keeper_ = nullptr;  ///< of the hooks that run now
};

/// While it lives, what was found at a site stays, although hooks may end the scopes.
class Pinned {
public:
    explicit Pinned(FoundAtSite& found) : found_(found) {
        for (SetAtSite& set : found_.sets) set.link->pin(set.kept);
    }
    ~Pinned() {
        for (SetAtSite& set : found_.sets)
            if (!set.kept) set.link->unpin();
    }
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

private:
    FoundAtSite& found_;
};

/// The scopes of all threads, for passes in threads that have none: work that has left the thread of its scope.
class ScopesOfAllThreads {
public:
    static bool are_there() { return count_.load(std::memory_order_relaxed) != 0; }
    static void add(ScopeLedger* ledger) {
        const std::lock_guard lock(guard_);
        ledgers_.push_back(ledger);
        count_.store(ledgers_.size(), std::memory_order_relaxed);
    }
    static void remove(const ScopeLedger* ledger) {
        const std::lock_guard lock(guard_);
        std::erase(ledgers_, ledger);
        count_.store(ledgers_.size(), std::memory_order_relaxed);
    }
    /// This thread makes a scope of its own. From here on what it passes without one is meant to be clean, and no work of
    /// another thread's scope.
    static void note_own_scope() {
        if (std::exchange(makes_scopes_, true)) return;
        const std::lock_guard lock(guard_);
        for (ScopeLedger* ledger : ledgers_) ledger->forget_passes_of(number_of_thread());
    }
    /// A thread without scopes passes the site.
    [[gnu::noinline]] static void note_pass(const Site& site) {
        if (makes_scopes_) return;
        std::vector<std::shared_ptr<const HookTable>> read;  // dropped after the lock
        const std::lock_guard lock(guard_);
        read.reserve(ledgers_.size());
        for (ScopeLedger* ledger : ledgers_) read.push_back(ledger->note_pass_elsewhere(site.id(), number_of_thread()));
    }

private:
    /// Unlike a std::thread::id, no later thread has it again.
    [[gnu::visibility("default")]] static std::uint64_t number_of_thread() {
        static thread_local const std::uint64_t own = next_thread_.fetch_add(1, std::memory_order_relaxed);
        return own;
    }
    // One per process, like next_site.
    [[gnu::visibility("default")]] static inline std::atomic<std::uint64_t> next_thread_{1};
    [[gnu::visibility("default")]] static inline std::atomic<std::size_t> count_{0};
    [[gnu::visibility("default")]] static inline std::mutex guard_;
    [[gnu::visibility("default")]] static inline std::vector<ScopeLedger*> ledgers_;
    [[gnu::visibility("default")]] static inline constinit thread_local bool makes_scopes_ = false;
};

/// Whether this thread has no scopes and another one has: what is passed here is to be noted.
inline bool has_scopes_elsewhere_only() { return innermost_scope == nullptr && ScopesOfAllThreads::are_there(); }

/// The link of a scope in the thread that made the scope. When it is destroyed, the scope ends everywhere.
class SetLink final : public LedgerLink {
public:
    /// @throws HookError if the set is active in this thread already
    explicit SetLink(std::shared_ptr<ScopeLedger> ledger) : LedgerLink(std::move(ledger)) {
        if (is_active(outer(), this->ledger().hooks().get()))
            throw HookError(
                "this hook set is active in this thread already, where its hooks would run twice: "
                "end the other scope first");
        ScopesOfAllThreads::note_own_scope();
        ScopesOfAllThreads::add(&this->ledger());
    }
    ~SetLink() override {
        if (!has_ended_) ScopesOfAllThreads::remove(&ledger());
        ledger().end();
        unlink();
    }

    /// Whether this thread made the link. Another one must not take it out of the chain.
    bool is_at_home() const { return home_ == &innermost_scope; }
    /// Ends the scope from another thread. @pre the link was made with new; its own thread deletes it at the next site
    void abandon() {
        ScopesOfAllThreads::remove(&ledger());
        has_ended_ = true;
        ledger().end();
        is_abandoned_.store(true, std::memory_order_release);  // last: from here on its thread may delete it
    }
    bool is_abandoned() const override { return is_abandoned_.load(std::memory_order_acquire); }

private:
    ScopeLink* const* const home_ = &innermost_scope;
    bool has_ended_ = false;  ///< in another thread
    std::atomic<bool> is_abandoned_{false};
};

/// A scope borrowed from another thread. It shares that scope's ledger, so the two threads must take turns; destroying
/// it does not end the scope.
class BorrowedSetLink final : public LedgerLink {
public:
    explicit BorrowedSetLink(std::shared_ptr<ScopeLedger> ledger) : LedgerLink(std::move(ledger)) {}
};

/// A scope carried over from another thread that may run at the same time. It has a ledger of its own, and hands over
/// what fired in it when it is destroyed.
/// Law: its hooks run only while the original scope lives, where their firings count.
class CarriedSetLink final : public LedgerLink {
public:
    /// @throws HookError if the original scope has ended
    explicit CarriedSetLink(const std::shared_ptr<ScopeLedger>& original)
        : LedgerLink(std::make_shared<ScopeLedger>(original->hooks(), original)) {
        original->check_not_outlived();
    }
    ~CarriedSetLink() override {
        ledger().original()->note_firings_of(ledger());
        ledger().end();
        unlink();
    }
    /// @throws HookError if the original scope has ended
    bool look(const Site& site, FoundAtSite& found) const override {
        ledger().check_not_outlived();
        return LedgerLink::look(site, found);
    }
};

}  // namespace suture::detail
