// The ledger of a scope: which hooks of its set fired in it. Threads may share one.
#pragma once

#include "suture/hook/detail/idle_hooks.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// The newest table of the set that the scope has read, and which hooks fired in the scope. Only the thread of the scope
/// reads it; other threads and backward passes add what fired there under the lock.
class ScopeLedger : public std::enable_shared_from_this<ScopeLedger> {
public:
    /// `original` is the ledger of the scope that was carried here from another thread, if there is one.
    explicit ScopeLedger(std::shared_ptr<const HookRegistry> hooks, std::shared_ptr<ScopeLedger> original = {})
        : hooks_(std::move(hooks)), original_(std::move(original)) {
        (void)newest();
    }

    const std::shared_ptr<const HookRegistry>& hooks() const { return hooks_; }
    const std::shared_ptr<const HookTable>& newest() {
        if (const std::uint64_t now = hooks_->version(); now != seen_) [[unlikely]]
            read_table(now);
        return table_;
    }
    /// Whether the scope has nothing to do at a site: what most sites ask, without a look at the table.
    bool has_nothing_at(std::uint64_t site) const {
        if (has_ended() || hooks_->version() != seen_) return false;
        if (sites_.size() > few) return !std::binary_search(sites_.begin(), sites_.end(), site);
        for (const std::uint64_t hooked : sites_)
            if (hooked == site) return false;
        return true;
    }
    /// The hooks of the newest table at a site; null if it has none there.
    const SiteHooks* newest_at(std::uint64_t site) {
        const HookTable& table = *newest();
        std::size_t at = 0;
        if (sites_.size() > few)
            at = static_cast<std::size_t>(std::lower_bound(sites_.begin(), sites_.end(), site) - sites_.begin());
        else
            while (at < sites_.size() && sites_[at] < site) ++at;
        return at < sites_.size() && sites_[at] == site ? &table[at] : nullptr;
    }
    /// Whether the set has hooks at a site now. Unlike newest(), any thread may call this.
    bool has_hooks_at(std::uint64_t site) const {
        const std::shared_ptr<const HookTable> table = hooks_->table();
        const auto at = site_at(*table, site);
        return at != table->end() && at->site == site;
    }
    /// The scope has ended: other threads that still hold the ledger no longer run its hooks.
    void end() { ended_.store(true, std::memory_order_release); }
    bool has_ended() const { return ended_.load(std::memory_order_acquire); }
    /// @throws HookError if the scope, or one from which it was carried, has ended
    void check_not_outlived() const {
        for (const ScopeLedger* each = this; each; each = each->original_.get())
            if (each->has_ended())
                throw HookError(
                    "the scope that was carried into this thread has ended in its own: end the carried scopes, or join "
                    "the thread, before the original scope ends");
    }
    const std::shared_ptr<ScopeLedger>& original() const { return original_; }
    /// Notes that the thread of the scope is about to remove a hook: one that passes of the scope have seen, and that
    /// never fired, is still reported after its removal.
    void note_removal(std::uint64_t removed) {
        for_each_idle([&](const SiteHooks& at, const HookEntry& hook) {
            if (hook.id == removed) missed_.push_back(idle_hook(at, hook));
        });
    }
    /// Notes that a hook fires, before it runs: it may remove itself or end the scope, and if it throws, that is report
    /// enough.
    void note_firing(std::uint64_t hook) { note_in(fired_, hook); }
    bool has_noted_firing(std::uint64_t hook) const { return has(fired_, hook); }
    /// Takes back that a hook fires: none of its positions were in the pass. @param had_fired whether it had before
    void take_back_firing(std::uint64_t hook, bool had_fired) {
        fired_[hook] = had_fired;
        note_in(out_of_reach_, hook);
    }
    /// Notes that a hook waits for the gradient of an activation that has passed its site.
    void note_waiting(std::uint64_t hook) { note_in(waiting_, hook); }
    void note_firing_elsewhere(std::uint64_t hook) {
        const std::lock_guard lock(guard_);
        note_in(fired_elsewhere_, hook);
    }
    /// The table that was read last.
    const std::shared_ptr<const HookTable>& table() const { return table_; }
    /// Notes that a site with hooks of this scope is passed while another hook runs, which suspends them.
    void note_pass_in_hook(std::uint64_t site) {
        if (!std::binary_search(sites_.begin(), sites_.end(), site)) return;
        if (std::find(passed_in_hook_.begin(), passed_in_hook_.end(), site) == passed_in_hook_.end())
            passed_in_hook_.push_back(site);
    }
    /// Notes that a site is passed in a thread without scopes, if hooks of this scope must fire there. Any thread may call
    /// this. @return the table that was read, to be dropped after all locks: a callback may own anything
    std::shared_ptr<const HookTable> note_pass_elsewhere(std::uint64_t site, std::uint64_t thread) {
        std::shared_ptr<const HookTable> table = hooks_->table();
        const auto at = site_at(*table, site);
        if (at == table->end() || at->site != site) return table;
        if (std::none_of(at->hooks.begin(), at->hooks.end(), [](const HookEntry& h) { return h.state->must_fire(); }))
            return table;
        const std::lock_guard lock(guard_);
        for (PassesElsewhere& passes : passed_elsewhere_)
            if (passes.path == at->name && passes.thread == thread) {
                ++passes.times;
                return table;
            }
        passed_elsewhere_.push_back({at->name, thread, 1});
        return table;
    }
    /// Forgets the passes of a thread that turns out to be nobody's helper: it makes a scope of its own.
    void forget_passes_of(std::uint64_t thread) {
        const std::lock_guard lock(guard_);
        std::erase_if(passed_elsewhere_, [thread](const PassesElsewhere& passes) { return passes.thread == thread; });
    }
    /// Other threads may pass the sites. @see ScopeOfRun::stays_in_thread
    void ignore_passes_elsewhere() { ignores_elsewhere_.store(true, std::memory_order_relaxed); }
    /// Adds the hooks that fired in a scope that carried this one into another thread.
    void note_firings_of(ScopeLedger& carried) {
        Flags there = carried.fired_;
        {
            const std::lock_guard lock(carried.guard_);
            for (std::size_t i = 0; i < carried.fired_elsewhere_.size(); ++i)
                if (has(carried.fired_elsewhere_, i)) note_in(there, i);
        }
        for (std::size_t i = 0; i < there.size(); ++i)
            if (has(there, i)) note_firing_elsewhere(i);
    }
    /// The hooks that could have fired in this scope and did not, and where others fired. Hooks that another thread has
    /// just added are not listed: no pass of this scope has seen them.
    IdleHooks idle() const {
        IdleHooks found{missed_, {}, {}};
        for_each_idle([&](const SiteHooks& at, const HookEntry& hook) { found.hooks.push_back(idle_hook(at, hook)); });
        const std::lock_guard lock(guard_);
        if (!ignores_elsewhere_.load(std::memory_order_relaxed)) found.passed_elsewhere = passed_elsewhere();
        if (found.hooks.empty()) return found;
        for (const SiteHooks& at : *table_)
            if (std::any_of(at.hooks.begin(), at.hooks.end(), [this](const HookEntry& h) { return has_fired(h.id); }))
                found.fired_at.push_back(at.name);
        return found;
    }

private:
    struct PassesElsewhere {
        std::string path;
        std::uint64_t thread;
        std::size_t times;
    };
    /// By path, of all threads. @pre the lock is held
    std::vector<std::pair<std::string, std::size_t>> passed_elsewhere() const {
        std::vector<std::pair<std::string, std::size_t>> all;
        for (const auto& [path, thread, times] : passed_elsewhere_) {
            const auto at =
                std::find_if(all.begin(), all.end(), [&p = path](const auto& one) { return one.first == p; });
            if (at == all.end())
                all.emplace_back(path, times);
            else
                at->second += times;
        }
        return all;
    }

    static constexpr std::size_t few = 8;  // of which a search costs more than a look at each
    [[gnu::noinline]] void read_table(std::uint64_t version) {
        table_ = hooks_->table();
        sites_.clear();
        for (const SiteHooks& at : *table_) sites_.push_back(at.site);
        seen_ = version;
    }
    using Flags = std::vector<unsigned char>;  // every firing writes one, and a whole byte is cheaper than a bit
    static void note_in(Flags& fired, std::uint64_t hook) {
        if (hook >= fired.size()) fired.resize(hook + 1);
        fired[hook] = 1;
    }
    static bool has(const Flags& fired, std::uint64_t hook) { return hook < fired.size() && fired[hook] != 0; }
    bool has_fired(std::uint64_t hook) const { return has(fired_, hook) || has(fired_elsewhere_, hook); }
    IdleHook idle_hook(const SiteHooks& at, const HookEntry& hook) const {
        return {at.site,
                at.name,
                hook.text(),
                hook.pass == Pass::backward,
                has(waiting_, hook.id),
                std::find(passed_in_hook_.begin(), passed_in_hook_.end(), at.site) != passed_in_hook_.end(),
                has(out_of_reach_, hook.id),
                hook.state->fired.total()};
    }
    template <class F>
    void for_each_idle(const F& f) const {
        const std::lock_guard lock(guard_);
        for (const SiteHooks& at : *table_)
            for (const HookEntry& hook : at.hooks)
                if (!has_fired(hook.id) && hook.state->must_fire()) f(at, hook);
    }

    std::shared_ptr<const HookRegistry> hooks_;
    std::shared_ptr<ScopeLedger> original_;
    std::shared_ptr<const HookTable> table_ = std::make_shared<const HookTable>();
    std::vector<std::uint64_t> sites_;  ///< those of the table, sorted
    std::uint64_t seen_ = 0;
    std::atomic<bool> ended_{false};
    std::vector<IdleHook> missed_;                            ///< hooks that were removed without having fired
    Flags fired_, fired_elsewhere_, waiting_, out_of_reach_;  ///< by hook
    std::vector<PassesElsewhere> passed_elsewhere_;
    std::atomic<bool> ignores_elsewhere_{false};
    std::vector<std::uint64_t> passed_in_hook_;
    mutable std::mutex guard_;
};

}  // namespace suture::detail
