// One forward pass through an instrumented TorchScript model, which runs the hooks of the calling thread's scopes.
// Laws: without hooks each value passes unchanged. A pass that forks runs in several threads: its hooks take turns, and
// each of them ends before the pass does or is left out.
#pragma once

#include "suture/hook/detail/carried_links.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/script/detail/copy.hpp"
#include "suture/script/detail/operators.hpp"
#include "suture/tensor/error.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace suture::detail {

/// The number of the submodule's call that a hook runs for; negative outside of hooks. One per process, like
/// innermost_scope.
[[gnu::visibility("default")]] inline constinit thread_local std::int64_t script_call = -1;

class ScriptCallScope {
public:
    explicit ScriptCallScope(std::int64_t call) : outer_(std::exchange(script_call, call)) {}
    ~ScriptCallScope() { script_call = outer_; }
    ScriptCallScope(const ScriptCallScope&) = delete;
    ScriptCallScope& operator=(const ScriptCallScope&) = delete;

private:
    std::int64_t outer_;
};

/// Thrown in place of the exception of a hook, which the pass keeps: the interpreter would make it a runtime_error.
struct ScriptHookThrew : std::exception {
    const char* what() const noexcept override { return "a hook threw"; }
};

/// Waiting for a turn does not block a thread: a hook may run a model that forks, which needs the threads of LibTorch's
/// pool.
class ScriptPass final : public ScriptContext {
public:
    explicit ScriptPass(std::shared_ptr<const ScriptCopy> copy)
        : copy_(std::move(copy)), calls_(copy_->modules.size()) {}

    /// From now on no hook runs. @throws the exception of the first hook that threw
    void finish() {
        std::deque<ScriptFuture> waiting;
        {
            const std::lock_guard lock(guard_);
            finished_ = true;
            waiting.swap(waiting_);
        }
        for (const ScriptFuture& left_out : waiting) left_out->markCompleted(no_turn()->value());
        std::unique_lock lock(guard_);
        turn_ended_.wait(lock, [this] { return !is_turn_taken_; });
        if (error_) std::rethrow_exception(error_);
    }

    std::int64_t begin_call(std::int64_t module) override {
        return calls_[static_cast<std::size_t>(module)].fetch_add(1, std::memory_order_relaxed);
    }

    void visit(std::int64_t port, std::int64_t call, c10::IValue& value) override {
        with_scopes([&] {
            const ScriptCallScope in(call);
            port_at(port).run_hooks_on(value);
        });
    }

    ScriptFuture turn(std::int64_t port) override {
        bool is_hooked = false;
        with_scopes([&] { is_hooked = port_at(port).is_hooked(); });
        if (!is_hooked) return no_turn();
        auto turn = c10::make_intrusive<c10::ivalue::Future>(c10::CapsuleType::get());
        {
            const std::lock_guard lock(guard_);
            if (finished_) return no_turn();
            if (std::exchange(is_turn_taken_, true)) {
                waiting_.push_back(turn);
                return turn;
            }
        }
        turn->markCompleted(one());
        return turn;
    }

    /// Keeps the copy, whose code the fork runs, and the pass, which its operators call, until the fork has ended.
    void fork(const ScriptFuture& future) override {
        future->addCallback([pass = itself()](c10::ivalue::Future&) {});
    }

    void call_unfollowed(const c10::IValue& module) override {
        if (is_finished()) return;
        with_scopes([&] {
            for (const auto& inner : torch::jit::Module(module.toObject()).modules())
                if (const auto at = copy_->index.find(inner._ivalue().get()); at != copy_->index.end())
                    refuse_hooks_at(copy_->modules[at->second]);
        });
    }

private:
    /// One turn, or none. It ends after its visit, or when it is destroyed.
    class OneTurn final : public ScriptVisitor {
    public:
        explicit OneTurn(c10::intrusive_ptr<ScriptPass> pass = {}) : pass_(std::move(pass)) {}
        ~OneTurn() override { end(); }
        void visit(std::int64_t port, std::int64_t call, c10::IValue& value) override {
            if (!pass_) return;
            try {
                pass_->visit(port, call, value);
            } catch (...) {
                end();
                throw;
            }
            end();
        }

    private:
        void end() {
            if (const auto pass = std::exchange(pass_, {})) pass->end_turn();
        }
        c10::intrusive_ptr<ScriptPass> pass_;
    };

    c10::intrusive_ptr<ScriptPass> itself() { return c10::intrusive_ptr<ScriptPass>::reclaim_copy(this); }
    c10::IValue one() { return c10::IValue::make_capsule(c10::make_intrusive<OneTurn>(itself())); }
    /// For a visit that runs no hooks.
    static const ScriptFuture& no_turn() {
        static const ScriptFuture future = [] {
            auto none = c10::make_intrusive<c10::ivalue::Future>(c10::CapsuleType::get());
            none->markCompleted(c10::IValue::make_capsule(c10::make_intrusive<OneTurn>()));
            return none;
        }();
        return future;
    }

    bool is_finished() {
        const std::lock_guard lock(guard_);
        return finished_;
    }

    void end_turn() {
        ScriptFuture next;
        {
            const std::lock_guard lock(guard_);
            if (waiting_.empty()) {
                is_turn_taken_ = false;
                turn_ended_.notify_all();
                return;
            }
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        next->markCompleted(one());  // continues in a thread of the pool
    }

    /// Calls f, which may run hooks, in the scopes of the calling thread: forks, and code after a wait, run in other
    /// threads.
    template <class F>
    void with_scopes(const F& f) {
        std::optional<ActiveLinks<InTurns>> carried;
        if (std::this_thread::get_id() != caller_) carried.emplace(scopes_);
        if (innermost_scope == nullptr) return;
        try {
            f();
        } catch (...) {
            const std::lock_guard lock(guard_);
            if (!error_) error_ = std::current_exception();
            throw ScriptHookThrew();
        }
    }

    const ScriptValue& port_at(std::int64_t port) const { return copy_->ports[static_cast<std::size_t>(port)]; }

    static void refuse_hooks_at(const ScriptModule& module) {
        for (const auto* sites : {&module.inputs, &module.outputs})
            for (const Site* site : *sites)
                if (is_hooked(*site))
                    throw HookError(site->name() +
                                    ": a hook is here, but forward chooses this module while the model runs, "
                                    "and hooks do not run in such calls: hook a module around that call");
    }

    const std::shared_ptr<const ScriptCopy> copy_;
    std::vector<std::atomic<std::int64_t>> calls_;  ///< the number that have begun, by module
    const std::thread::id caller_ = std::this_thread::get_id();
    const CarriedLinks scopes_;
    std::mutex guard_;
    std::condition_variable turn_ended_;
    bool is_turn_taken_ = false, finished_ = false;
    std::deque<ScriptFuture> waiting_;  ///< for their turn
    std::exception_ptr error_;
};

}  // namespace suture::detail
