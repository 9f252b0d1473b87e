// One forward pass through an instrumented TorchScript model, in which hooks of the calling thread's scopes run.
// Laws: without hooks each value passes as it is. A pass that forks runs in several threads: its hooks take turns, and
// all of them end before the pass does or are left out.
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

/// Which call of its submodule a hook runs for; negative outside of hooks. One in a process, as innermost_scope is.
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

/// Thrown in place of what a hook threw: the interpreter would make a runtime_error of it, so the pass keeps it.
struct ScriptHookThrew : std::exception {
    const char* what() const noexcept override { return "a hook threw"; }
};

/// Whoever waits for a turn gives its thread back: a hook may run a model that forks, which needs the threads of
/// LibTorch's pool.
class ScriptPass final : public ScriptContext {
public:
    explicit ScriptPass(std::shared_ptr<const ScriptCopy> copy)
        : copy_(std::move(copy)), calls_(copy_->modules.size()) {}

    /// From now on no hook runs. @throws what the first hook threw that threw
    void finish() {
        std::deque<script_future> waiting;
        {
            const std::lock_guard lock(guard_);
            finished_ = true;
            waiting.swap(waiting_);
        }
        for (const script_future& left_out : waiting) left_out->markCompleted(no_turn()->value());
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

    script_future turn(std::int64_t port) override {
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

    /// The fork's code is the copy's, and its operators the pass's: both stay until it has ended.
    void fork(const script_future& future) override {
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
    /// One turn, or none. It ends with its visit, or when it is dropped.
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
    static const script_future& no_turn() {
        static const script_future future = [] {
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
        script_future next;
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
        next->markCompleted(one());  // goes on in a thread of the pool
    }

    /// Does what may run hooks, in the scopes of the calling thread: what is forked, and what follows a wait, runs in
    /// another one.
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
                                    ": a hook is here, but forward calls this module where it is chosen "
                                    "while the model runs, and hooks do not run then: hook what is around that call");
    }

    const std::shared_ptr<const ScriptCopy> copy_;
    std::vector<std::atomic<std::int64_t>> calls_;  ///< by module: how many have begun
    const std::thread::id caller_ = std::this_thread::get_id();
    const CarriedLinks scopes_;
    std::mutex guard_;
    std::condition_variable turn_ended_;
    bool is_turn_taken_ = false, finished_ = false;
    std::deque<script_future> waiting_;  ///< for their turn
    std::exception_ptr error_;
};

}  // namespace suture::detail
