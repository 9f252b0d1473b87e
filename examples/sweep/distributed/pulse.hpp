// The sign of life that a process gives while it works, and what it hears of the group meanwhile.
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

namespace examples::detail {

/// How a group ended before its time, in the words of the first process that knew. Every process's pulse looks for it.
inline constexpr const char* verdict_key = "verdict";
inline std::string verdict_in(c10d::Store& store) {
    return store.check({verdict_key}) ? text_of(store.get(verdict_key)) : "";
}
inline std::string pulse_key(int rank) { return fmt::format("pulse/{}", rank); }

/// Counts in the store, once a second, that this process lives, and hears the verdict while it is at work.
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

    /// Empty while the group is well.
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
            store.add(pulse_key(rank), 1);  // where the store is gone this throws, and ends the pulse
            const std::string heard = verdict_in(store);
            lock.lock();
            state.verdict = heard;
            state.stopped.wait_for(lock, beat, [&] { return state.stop; });
        }
    }

    std::shared_ptr<State> state_;
    std::future<void> ended_;
};

}  // namespace examples::detail
