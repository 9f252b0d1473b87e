// The progress of long work: a line on the terminal, and nothing if standard error is a file.
#pragma once

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

namespace examples {

/// A line that is rewritten as the work goes on and deleted at the end: "step 20 of 100, 3.2/s, 25 s left".
class Progress {
public:
    Progress(std::string what, std::size_t all) : what_(std::move(what)), all_(all) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (visible_) std::fputs("\r\x1b[K", stderr);
    }

    /// @param more text to append: ", loss 0.9"
    void show(std::size_t done, const std::string& more = "") const {
        if (!visible_) return;
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began_;
        std::string line = fmt::format("\r{} {} of {}{}", what_, done, all_, more);
        if (done > 0) {
            const double rate = static_cast<double>(done) / spent.count();
            line +=
                fmt::format(", {:.1f}/s, {:.0f} s left", rate, static_cast<double>(all_ - std::min(done, all_)) / rate);
        }
        std::fputs((line + "\x1b[K").c_str(), stderr);
    }

private:
    std::string what_;
    std::size_t all_;
    bool visible_ = ::isatty(STDERR_FILENO) == 1;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace examples
