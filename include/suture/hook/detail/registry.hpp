// The hooks of a set, by site, in a table that is never changed: adding and removing replace it, so that a pass which is
// under way goes on with the one that it reads.
#pragma once

#include "suture/hook/site.hpp"

#include <algorithm>
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

/// When a hook runs at its site: recorders may look before all edits or after them; the last kind waits for the
/// gradient.
enum class HookPhase : unsigned char { before_edits, edits, after_edits, gradient };
inline constexpr HookPhase forward_moments[] = {HookPhase::before_edits, HookPhase::edits, HookPhase::after_edits};

/// What a hook and its handle share.
struct HookState {
    std::atomic<std::size_t> fired{0};
    std::atomic<bool> enabled{true}, once{false}, may_be_idle{false}, removed{false};
    std::atomic<bool> has_work{true};  ///< false where there is nothing to do: a board without an entry for the layer

    /// Counts a firing. False if the hook is disabled, or was to run once and has.
    bool fires() {
        if (!enabled.load(std::memory_order_relaxed) || removed.load(std::memory_order_relaxed)) return false;
        if (!once.load(std::memory_order_relaxed)) return fired.fetch_add(1, std::memory_order_relaxed), true;
        std::size_t never = 0;
        return fired.compare_exchange_strong(never, 1, std::memory_order_relaxed);
    }
    bool can_fire() const { return enabled && !removed && !(once && fired > 0); }
    /// Whether a scope in which it did not fire has something to report.
    bool must_fire() const { return can_fire() && has_work && !may_be_idle; }
};

/// One hook as it runs: an undefined result means "keep the activation".
struct HookEntry {
    std::uint64_t id = 0;
    HookPhase when = HookPhase::edits;
    std::function<at::Tensor(const at::Tensor&, const Site&)> run;
    std::function<std::string()> text;  ///< what it does, in words
    std::shared_ptr<HookState> state = std::make_shared<HookState>();
};

/// The hooks of one site, in the order in which they were added.
struct SiteHooks {
    std::uint64_t site = 0;
    std::string name;
    std::vector<HookEntry> hooks;
};

/// The hooks of the sites, sorted by site. Never changed once it is shared.
using HookTable = std::vector<SiteHooks>;

inline auto site_at(auto& table, std::uint64_t site) {
    return std::lower_bound(table.begin(), table.end(), site,
                            [](const SiteHooks& hooks, std::uint64_t id) { return hooks.site < id; });
}

/// The table of a set. Adding and removing replace it, so a pass that is under way keeps the one it reads.
class HookRegistry {
public:
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
    std::shared_ptr<const HookTable> table() const {
        const std::lock_guard lock(guard_);
        return table_;
    }
    std::uint64_t add(const Site& site, HookEntry entry) {
        std::shared_ptr<const HookTable> before;  // dropped after the lock: a callback may own handles of this set
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<HookTable>(*table_);
        entry.id = ++last_id_;
        auto at = site_at(*next, site.id());
        if (at == next->end() || at->site != site.id()) at = next->insert(at, {site.id(), site.name(), {}});
        at->hooks.push_back(std::move(entry));
        before = publish(std::move(next));
        return last_id_;
    }
    void remove(std::uint64_t id) {
        std::shared_ptr<const HookTable> before;
        const std::lock_guard lock(guard_);
        auto next = std::make_shared<HookTable>(*table_);
        for (SiteHooks& at : *next) std::erase_if(at.hooks, [id](const HookEntry& h) { return h.id == id; });
        std::erase_if(*next, [](const SiteHooks& at) { return at.hooks.empty(); });
        before = publish(std::move(next));
    }

private:
    /// @return the table before
    std::shared_ptr<const HookTable> publish(std::shared_ptr<const HookTable> next) {
        version_.fetch_add(1, std::memory_order_release);
        return std::exchange(table_, std::move(next));
    }
    mutable std::mutex guard_;
    std::shared_ptr<const HookTable> table_ = std::make_shared<const HookTable>();
    std::uint64_t last_id_ = 0;
    std::atomic<std::uint64_t> version_{0};
};

}  // namespace suture::detail
