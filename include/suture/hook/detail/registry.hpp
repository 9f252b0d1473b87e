// The hooks of a set, by site, in a table that never changes: adding and removing replace it, so that a running pass
// goes on with the table that it reads.
#pragma once

#include "suture/hook/site.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// When a hook runs at its site, in either pass. Recorders may look before all edits or after them.
enum class HookPhase : unsigned char { before_edits, edits, after_edits };

/// The pass in which a hook runs: on activations, or on their gradients.
enum class Pass : unsigned char { forward, backward };

/// Counts in any thread. A locked instruction takes longer than the rest of a hook that only looks, so the thread that
/// counts first has a number that it alone writes; the others share one.
class FiringCount {
public:
    void add_one() {
        const void* const me = &this_thread;
        const void* owner = owner_.load(std::memory_order_relaxed);
        if (!owner && owner_.compare_exchange_strong(owner, me, std::memory_order_relaxed)) owner = me;
        if (owner == me)
            of_owner_.store(of_owner_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        else
            of_others_.fetch_add(1, std::memory_order_relaxed);
    }
    std::size_t total() const {
        return of_owner_.load(std::memory_order_relaxed) + of_others_.load(std::memory_order_relaxed);
    }

private:
    /// Its address names the thread. One per process, like next_site.
    [[gnu::visibility("default")]] static inline constinit thread_local char this_thread = 0;
    std::atomic<const void*> owner_{nullptr};
    std::atomic<std::size_t> of_owner_{0}, of_others_{0};
};

/// What a hook and its keys share.
struct HookState {
    FiringCount fired;
    std::atomic<bool> enabled{true}, may_be_idle{false}, removed{false};
    std::atomic<bool> once{false}, used_up{false};  ///< whether the hook may run once, and whether it did
    std::atomic<bool> has_work{true};  ///< false if the hook has nothing to do: a board without an entry for the layer

    void set_once() {
        used_up = false;
        once = true;
    }
    bool can_fire() const { return enabled && !removed && !(once && used_up); }
    /// Whether a scope in which the hook did not fire must report it.
    bool must_fire() const { return can_fire() && has_work && !may_be_idle; }
};

/// A run of a hook, if the hook may run now. It counts once it is done: a run that throws leaves the count as it was,
/// and a hook that may run once may run again.
class HookRun {
public:
    explicit HookRun(HookState& state)
        : state_(state),
          may_run_(state.enabled.load(std::memory_order_relaxed) && !state.removed.load(std::memory_order_relaxed) &&
                   state.has_work.load(std::memory_order_relaxed)) {
        if (!may_run_ || !state.once.load(std::memory_order_relaxed)) return;
        holds_once_ = may_run_ = !state.used_up.exchange(true, std::memory_order_relaxed);
    }
    ~HookRun() {
        if (holds_once_) state_.used_up.store(false, std::memory_order_relaxed);
    }
    HookRun(const HookRun&) = delete;
    HookRun& operator=(const HookRun&) = delete;

    bool may_run() const { return may_run_; }
    void is_done() {
        state_.fired.add_one();
        holds_once_ = false;
    }

private:
    HookState& state_;
    bool may_run_, holds_once_ = false;
};

/// One hook: what it runs (an undefined result keeps the activation), when, and how it is described.
struct HookEntry {
    std::uint64_t id = 0;
    HookPhase when = HookPhase::edits;
    Pass pass = Pass::forward;
    std::function<at::Tensor(const at::Tensor&, const Site&)> run;
    std::function<std::string()> text;  ///< describes what it does
    bool keeps_scopes = false;          ///< hooks elsewhere run while it runs
    const void* owner = nullptr;        ///< the board or recorder that it belongs to, or null
    std::function<void()> check;        ///< called when a scope begins; throws if the hook cannot do its work. Or empty
    std::shared_ptr<HookState> state = std::make_shared<HookState>();
};

/// A hook that is to be added, and its site.
struct HookAtSite {
    std::uint64_t site = 0;
    std::string name;
    HookEntry entry;
};

/// The hooks of one site, in the order in which they were added; and what each firing asks of them all.
struct SiteHooks {
    std::uint64_t site = 0;
    std::string name;
    std::vector<HookEntry> hooks;
    std::array<unsigned, 2> phases{};  ///< by pass: a bit for each phase in which hooks run
    bool has_path = false;             ///< the name is not that of an unnamed site
    bool keeps_scopes = false;         ///< one of the hooks does

    void sum_up() {
        keeps_scopes = std::any_of(hooks.begin(), hooks.end(), [](const HookEntry& h) { return h.keeps_scopes; });
        phases = {};
        for (const HookEntry& hook : hooks) phases[static_cast<std::size_t>(hook.pass)] |= bit_of(hook.when);
        has_path = name != Site().name();
    }
    /// A bit for each phase of the pass in which hooks run.
    unsigned phases_of(Pass pass) const { return phases[static_cast<std::size_t>(pass)]; }
    static unsigned bit_of(HookPhase when) { return 1u << static_cast<unsigned>(when); }
};

/// The hooks of the sites, sorted by site. Immutable once it is shared.
using HookTable = std::vector<SiteHooks>;

inline auto site_at(auto& table, std::uint64_t site) {
    return std::lower_bound(table.begin(), table.end(), site,
                            [](const SiteHooks& hooks, std::uint64_t id) { return hooks.site < id; });
}

/// The current table of a set, and its version.
class HookRegistry {
public:
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
    std::shared_ptr<const HookTable> table() const {
        const std::lock_guard lock(guard_);
        return table_;
    }
    std::uint64_t add(const Site& site, HookEntry entry) {
        std::vector<HookAtSite> one;
        one.push_back({site.id(), site.name(), std::move(entry)});
        return add(std::move(one));
    }
    /// Adds all of them at once. @return the id of the first; those of the others follow it
    /// @throws HookError, having added none, if a board or a recorder has a hook at one of the sites already
    std::uint64_t add(std::vector<HookAtSite> hooks) {
        std::shared_ptr<const HookTable> before;  // dropped after the lock: a callback may own anything
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<HookTable>(*table_);
        const std::uint64_t first = last_id_ + 1;
        for (std::uint64_t id = first; HookAtSite & hook : hooks) {
            hook.entry.id = id++;
            auto at = site_at(*next, hook.site);
            if (at == next->end() || at->site != hook.site)
                at = next->insert(at, SiteHooks{hook.site, std::move(hook.name), {}, {}});
            check_new(*at, hook.entry);
            at->hooks.push_back(std::move(hook.entry));
            at->sum_up();
        }
        last_id_ += hooks.size();
        before = publish(std::move(next));
        return first;
    }
    void remove(std::uint64_t id) {
        std::shared_ptr<const HookTable> before;
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<HookTable>(*table_);
        for (SiteHooks& at : *next)
            if (std::erase_if(at.hooks, [id](const HookEntry& h) { return h.id == id; }) > 0) at.sum_up();
        std::erase_if(*next, [](const SiteHooks& at) { return at.hooks.empty(); });
        before = publish(std::move(next));
    }

    /// Removes every hook, on purpose: afterwards the set is not an emptied one.
    void clear() {
        std::shared_ptr<const HookTable> before;
        const std::lock_guard lock(guard_);
        cleared_at_ = last_id_;
        moved_from_ = false;
        before = publish(std::make_shared<const HookTable>());
    }

    /// Whether the set had hooks and has none now: they were removed one by one, or moved to another set.
    bool is_emptied() const {
        const std::lock_guard lock(guard_);
        return table_->empty() && (last_id_ > cleared_at_ || moved_from_);
    }
    void set_moved_from() { moved_from_ = true; }

private:
    static void check_new(const SiteHooks& at, const HookEntry& added) {
        for (const HookEntry& hook : at.hooks)
            if (added.owner && hook.owner == added.owner)
                throw HookError(at.name + " has this board or recorder already, which would run twice there (" +
                                hook.text() + "): add it once, or remove the other key first");
    }
    /// @return the previous table
    std::shared_ptr<const HookTable> publish(std::shared_ptr<const HookTable> next) {
        version_.fetch_add(1, std::memory_order_release);
        return std::exchange(table_, std::move(next));
    }
    mutable std::mutex guard_;
    std::shared_ptr<const HookTable> table_ = std::make_shared<const HookTable>();
    std::uint64_t last_id_ = 0, cleared_at_ = 0;
    bool moved_from_ = false;
    std::atomic<std::uint64_t> version_{0};
};

/// What a set is left with when its hooks are moved to another.
inline std::shared_ptr<HookRegistry> emptied(const std::shared_ptr<HookRegistry>& moved) {
    auto left = std::make_shared<HookRegistry>();
    if (moved->version() > 0 || moved->is_emptied()) left->set_moved_from();
    return left;
}

}  // namespace suture::detail
