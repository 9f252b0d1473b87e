// Calls that may never return. What asks another machine can hang where that machine freezes, and no library's time
// limit covers all of it.
#pragma once

#include "shared/interrupt.hpp"

#include <chrono>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace examples::detail {

/// Starts a call on a thread of its own, which is left behind where the call never returns: it must own what it uses.
/// When the result is there, what the call owned is gone.
template <class Call>
auto set_off(Call call) {
    std::packaged_task<std::invoke_result_t<Call>()> task([call = std::move(call)]() mutable {
        Call mine = std::move(call);
        return mine();
    });
    auto result = task.get_future();
    std::thread(std::move(task)).detach();
    return result;
}

/// How often whoever waits looks up.
inline constexpr std::chrono::milliseconds glance{20};

/// Whether a result came in time. Ctrl-C ends the wait.
template <class Result>
bool came_within(const std::future<Result>& result, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (result.wait_for(glance) != std::future_status::ready) {
        stop_if_interrupted();
        if (std::chrono::steady_clock::now() > until) return false;
    }
    return true;
}

}  // namespace examples::detail
