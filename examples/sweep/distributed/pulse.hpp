// The heartbeat of a process, and the news it receives about the group.
#pragma once

#include "set_off.hpp"
#include "tcp_store.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace distributed::detail {

/// The reason why a group ended early, from the first process that knew. The pulse of every process checks for it.
inline constexpr const char* verdict_key = "verdict";
inline std::string verdict_in(c10d::Store& store) {
    return store.check({verdict_key}) ? text_of(store.get(verdict_key)) : "";
}
inline std::string pulse_key(int rank) { return fmt::format("pulse/{}", rank); }

/// Counts heartbeats of this process in the store, once a second, and fetches the verdict.
class Pulse {
public:
    static constexpr std::chrono::seconds beat{1};

    Pulse(StorePtr store, int rank)
        : state_(std::make_shared<State>()),
          ended_(set_off([state = state_, store = std::move(store), rank] { run(*state, *store, rank); })) {}
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;
    ~Pulse() {
        {
            const std::lock_guard lock(state_->mutex);
            state_->stop = true;
        }
        state_->stopped.notify_all();
        ended_.wait_for(beat);
    }

    /// The verdict; empty while the group is intact.
    std::string verdict() const {
        const std::lock_guard lock(state_->mutex);
        return state_->verdict;
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable stopped;
        bool stop = false;
        std::string verdict;
    };

    static void run(State& state, c10d::Store& store, int rank) {
        for (std::unique_lock lock(state.mutex); !state.stop;) {
            lock.unlock();
            store.add(pulse_key(rank), 1);  // throws if the store is gone, which ends the pulse
            const std::string heard = verdict_in(store);
            lock.lock();
            state.verdict = heard;
            state.stopped.wait_for(lock, beat, [&] { return state.stop; });
        }
    }

    std::shared_ptr<State> state_;
    std::future<void> ended_;
};

}  // namespace distributed::detail
