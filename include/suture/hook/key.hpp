// Keys: how to switch the hooks of a set on and off, remove them, and ask how often they ran.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/scope_link.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The hooks that one `add` made, one per site. The set owns them: a key that is dropped changes nothing. Keys can be
/// copied.
///
///     const HookKey key = hooks.add(site, recipe);
///     key.disable();
class HookKey {
public:
    /// Each hook runs the next time its site is passed, and not again, until once() is called again. A run that throws
    /// does not count.
    HookKey once() const {
        for (const Hook& h : hooks_) h.state->set_once();
        return *this;
    }
    /// A scope may end without an error although these hooks never ran. Call this before a scope in another thread can
    /// end.
    HookKey may_be_idle() const {
        for (const Hook& h : hooks_) h.state->may_be_idle = true;
        return *this;
    }

    /// Switches the hooks off until enable(). They stay in the set.
    void disable() const { switch_to(false); }
    void enable() const { switch_to(true); }

    /// Removes the hooks from their set. It does not wait for a hook that is still running in another thread. A scope of
    /// this thread still reports a hook that passes of it have seen and that never fired; scopes of other threads do not,
    /// because only their own thread knows what they have seen.
    void remove() const {
        const auto set = set_.lock();
        if (!set) return;
        for (const Hook& h : hooks_) {
            if (h.state->removed) continue;
            detail::note_removal(set.get(), h.id);  // while the hook still counts as one that could fire
            h.state->removed = true;
            set->remove(h.id);
        }
    }

    /// How often the hooks ran to their end, in total.
    std::size_t fired() const {
        std::size_t sum = 0;
        for (const Hook& h : hooks_) sum += h.state->fired.total();
        return sum;
    }
    /// The number of hooks: one per site.
    std::size_t size() const { return hooks_.size(); }

    /// "a key of 12 hooks, which fired 3 times"
    friend std::ostream& operator<<(std::ostream& out, const HookKey& key) {
        return out << "a key of " << key.size() << (key.size() == 1 ? " hook" : " hooks") << ", which fired "
                   << key.fired() << (key.fired() == 1 ? " time" : " times");
    }

    /// Whether both are keys of the same hooks.
    bool operator==(const HookKey& other) const {
        return std::equal(hooks_.begin(), hooks_.end(), other.hooks_.begin(), other.hooks_.end(),
                          [](const Hook& a, const Hook& b) { return a.state == b.state; });
    }

    SUTURE_REJECTED_DEFAULT("a key is made by add: write const HookKey key = hooks.add(site, recipe)", HookKey);
    template <class...>
    SUTURE_REJECTED("a key is not a function: write key.remove(), or key.disable()", operator()(...) const);

    template <class...>
    SUTURE_REJECTED("a key has two switches: write key.enable(), or key.disable()", enable(...) const);

    template <class...>
    SUTURE_REJECTED("a key knows its set: write key.remove()", remove(...) const);
#define SUTURE_SWITCHED(name) SUTURE_ABSENT("a key has two switches: write key.enable(), or key.disable()", name);
    SUTURE_SWITCHED(enabled)
    SUTURE_SWITCHED(disabled)
    SUTURE_SWITCHED(active)
    SUTURE_SWITCHED(is_enabled)
    SUTURE_SWITCHED(is_active)
    SUTURE_SWITCHED(toggle)
    SUTURE_SWITCHED(pause)
    SUTURE_SWITCHED(resume)
#undef SUTURE_SWITCHED
    SUTURE_ABSENT("a key knows its set: write key.remove()", erase);
    SUTURE_ABSENT("a key knows its set: write key.remove()", unregister);
    SUTURE_ABSENT("a key counts its runs: write key.fired()", count);
    SUTURE_ABSENT("a key counts its runs: write key.fired()", has_fired);
    SUTURE_REJECTED_CONDITION("a key is not a condition: write key.fired() > 0");

private:
    friend class HookSet;
    struct Hook {
        std::uint64_t id;
        std::shared_ptr<detail::HookState> state;
    };
    explicit HookKey(std::weak_ptr<detail::HookRegistry> set) : set_(std::move(set)) {}
    void switch_to(bool on) const {
        for (const Hook& h : hooks_) h.state->enabled = on;
    }

    std::weak_ptr<detail::HookRegistry> set_;
    std::vector<Hook> hooks_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
