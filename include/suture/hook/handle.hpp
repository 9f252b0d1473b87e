// Handles: what keeps a hook in its set, and the switches of a hook.
#pragma once

#include "suture/hook/detail/active_scope.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace suture {

/// Holds the hooks that one `add` made, and removes them when it is dropped. Hooks for gradients must be held until the
/// backward pass has run.
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
        for (const hook& h : hooks_) h.state->once = true;
        return std::move(*this);
    }
    /// A scope may end without these hooks having run: it is no error. To be said before a scope of another thread can end.
    HookHandle may_be_idle()&& {
        for (const hook& h : hooks_) h.state->may_be_idle = true;
        return std::move(*this);
    }

    /// Stops the hooks, which stay in the set, until enable().
    void disable() { enable(false); }
    void enable() { enable(true); }

    /// Removes the hooks now. It does not wait: one that is running in another thread may end there later.
    void remove() {
        const auto set = std::exchange(set_, {}).lock();
        for (const hook& h : hooks_)
            if (set) {
                detail::note_removal(set.get(), h.id);
                h.state->removed = true;
                set->remove(h.id);
            }
    }
    /// Lets the hooks stay for as long as their set lives.
    void release() { set_.reset(); }

    /// How often the hooks ran, all together.
    std::size_t fired() const {
        std::size_t sum = 0;
        for (const hook& h : hooks_) sum += h.state->fired.load(std::memory_order_relaxed);
        return sum;
    }
    /// How many hooks there are: one for every site.
    std::size_t size() const { return hooks_.size(); }

private:
    friend class HookSet;
    struct hook {
        std::uint64_t id;
        std::shared_ptr<detail::HookState> state;
    };
    explicit HookHandle(std::weak_ptr<detail::HookRegistry> set) : set_(std::move(set)) {}
    void enable(bool enabled) {
        for (const hook& h : hooks_) h.state->enabled = enabled;
    }

    std::weak_ptr<detail::HookRegistry> set_;
    std::vector<hook> hooks_;
};

}  // namespace suture
