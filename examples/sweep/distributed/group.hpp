// The processes that share one piece of work. The same program runs in each, and asks the group what is its own.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace examples {

/// What the processes of a group do about one of them that falls silent.
struct Terms {
    std::chrono::seconds limit;              ///< how long a process may be silent, or late; working long is not silence
    std::string advice = "start all again";  ///< what to do then, for messages
};

/// A process alone is a group too: this one. What a larger group's members say here, they say to all.
class Group {
public:
    Group() = default;
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    virtual ~Group() = default;

    virtual int rank() const { return 0; }
    virtual int size() const { return 1; }

    /// Whether a piece of the work is this process's: true for exactly one of the group, the first that asks.
    virtual bool claim(std::size_t /*piece*/) { return true; }

    /// The sum of what all processes give, in each of them. It waits for the slowest.
    /// @param mine float64 or int64, of the same shape in each
    virtual at::Tensor sum(const at::Tensor& mine) { return mine; }

    /// Waits for all, and goes on only if all gave the same text.
    /// @param what what messages call it: "--prompt"
    virtual void agree(const std::string& /*what*/, const std::string& /*text*/) {}

    /// The work is done. A process that drops its group without saying so ends it for all.
    virtual void leave() {}
};

}  // namespace examples
