// Which processes of a group are alive. A long computation is not silence: the heartbeat continues.
#pragma once

#include "pulse.hpp"
#include "set_off.hpp"
#include "store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace distributed::detail {

/// "rank 2 of 4", "ranks 2, 3 of 4"
inline std::string named(const std::vector<int>& ranks, int size) {
    return fmt::format("rank{} {} of {}", ranks.size() == 1 ? "" : "s", fmt::join(ranks, ", "), size);
}

/// Watches the heartbeats while this process waits, and ends the group if one stops for longer than the limit.
class Watch {
public:
    explicit Watch(SharedStore& store)
        : store_(store), beats_(store.place().size), moved_(store.place().size, Clock::now()) {}

    /// Sleeps briefly, and checks the heartbeats once a second.
    /// @param awaited returns the ranks to wait for; others may have left already
    /// @throws suture::Error naming the processes that were silent for too long
    template <class Awaited>
    void look(Awaited awaited) {
        std::this_thread::sleep_for(glance);
        examples::stop_if_interrupted();
        if (Clock::now() - looked_ < Pulse::beat) return;
        looked_ = Clock::now();
        store_.check_verdict();
        read_beats();
        judge(awaited());
    }

private:
    using Clock = std::chrono::steady_clock;

    void read_beats() {
        const std::vector<std::int64_t> beats = store_.ask([size = store_.place().size](c10d::Store& store) {
            std::vector<std::int64_t> all;
            for (int rank = 0; rank < size; ++rank) all.push_back(store.add(pulse_key(rank), 0));
            return all;
        });
        for (std::size_t rank = 0; rank < beats.size(); ++rank)
            if (beats[rank] != beats_[rank]) moved_[rank] = looked_;
        beats_ = beats;
    }
    void judge(const std::vector<int>& awaited) {
        std::vector<int> never_came, fell_silent;
        for (const int rank : awaited)
            if (looked_ - moved_[rank] > store_.terms().limit)
                (beats_[rank] == 0 ? never_came : fell_silent).push_back(rank);
        const int size = store_.place().size;
        const auto limit = store_.terms().limit.count();
        if (!never_came.empty())
            store_.end(
                fmt::format("{} did not join within {} s: start all processes with the same MASTER_ADDR and "
                            "MASTER_PORT, or reduce WORLD_SIZE",
                            named(never_came, size), limit));
        if (!fell_silent.empty())
            store_.end(fmt::format("no heartbeat from {} for {} s, dead or disconnected: {}", named(fell_silent, size),
                                   limit, store_.terms().advice));
    }

    SharedStore& store_;
    std::vector<std::int64_t> beats_;
    std::vector<Clock::time_point> moved_;
    Clock::time_point looked_;
};

}  // namespace distributed::detail
