// Handles keep hooks in their set, and switch them on and off.
#pragma once

#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/scope_link.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace suture {

/// Owns the hooks that one `add` made, and removes them when it is destroyed. Keep the handle of a gradient hook until
/// the backward pass has run.
///
///     auto handle = hooks.add(site, recipe).once();
class [[nodiscard("a hook is removed when its handle is dropped: keep the handle")]] HookHandle {
public:
    HookHandle(HookHandle &&) noexcept = default;
    HookHandle& operator=(HookHandle&& other) noexcept {
        if (this != &other) {
            remove();
            set_ = std::exchange(other.set_, {});
            hooks_ = std::exchange(other.hooks_, {});
        }
        return *this;
    }
    ~HookHandle() { remove(); }

    /// Each hook runs the next time its site is passed, and not again.
    HookHandle once()&& {
        for (const Hook& h : hooks_) h.state->once = true;
        return std::move(*this);
    }
    /// A scope may end without an error although these hooks never ran. Call this before a scope in another thread can
    /// end.
    HookHandle may_be_idle()&& {
        for (const Hook& h : hooks_) h.state->may_be_idle = true;
        return std::move(*this);
    }

    /// Switches the hooks off until enable(). They stay in the set.
    void disable() { enable(false); }
    void enable() { enable(true); }

    /// Removes the hooks now. It does not wait for a hook that is still running in another thread.
    void remove() {
        const auto set = std::exchange(set_, {}).lock();
        for (const Hook& h : hooks_)
            if (set) {
                detail::note_removal(set.get(), h.id);
                h.state->removed = true;
                set->remove(h.id);
            }
    }
    /// Keeps the hooks for as long as their set lives.
    void release() { set_.reset(); }

    /// How often the hooks ran, in total.
    std::size_t fired() const {
        std::size_t sum = 0;
        for (const Hook& h : hooks_) sum += h.state->fired.load(std::memory_order_relaxed);
        return sum;
    }
    /// The number of hooks: one per site.
    std::size_t size() const { return hooks_.size(); }

private:
    friend class HookSet;
    struct Hook {
        std::uint64_t id;
        std::shared_ptr<detail::HookState> state;
    };
    explicit HookHandle(std::weak_ptr<detail::HookRegistry> set) : set_(std::move(set)) {}
    void enable(bool enabled) {
        for (const Hook& h : hooks_) h.state->enabled = enabled;
    }

    std::weak_ptr<detail::HookRegistry> set_;
    std::vector<Hook> hooks_;
};

}  // namespace suture
