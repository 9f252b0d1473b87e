// Calls that may never return. A call to another machine can hang if that machine freezes, and the time limits of
// libraries do not cover every case.
#pragma once

#include "shared/interrupt.hpp"

#include <chrono>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace distributed::detail {

/// Starts a call on a new thread, which is abandoned if the call never returns, so the call must own everything it
/// uses. All of that is destroyed before the result is ready.
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

/// The interval between checks while waiting.
inline constexpr std::chrono::milliseconds glance{20};

/// Whether a result is ready in time. Ctrl-C ends the wait.
template <class Result>
bool came_within(const std::future<Result>& result, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (result.wait_for(glance) != std::future_status::ready) {
        examples::stop_if_interrupted();
        if (std::chrono::steady_clock::now() > until) return false;
    }
    return true;
}

}  // namespace distributed::detail
