// Processes that share their work. The same program runs in each, and asks the group for its part.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace distributed {

/// How the processes of a group treat one that falls silent.
struct Terms {
    std::chrono::seconds limit;              ///< how long a process may be late or without heartbeat
    std::string advice = "start all again";  ///< what to do then, for messages
};

/// A group. This base class is the group of a single process.
class Group {
public:
    Group() = default;
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    virtual ~Group() = default;

    virtual int rank() const { return 0; }
    virtual int size() const { return 1; }

    /// Whether this process does a piece of the work: true for exactly one process, the first that asks.
    virtual bool claim(std::size_t /*piece*/) { return true; }

    /// The sum of the tensors of all processes, in each of them. Waits for the slowest.
    /// @param mine float64 or int64, of the same shape in each
    virtual at::Tensor sum(const at::Tensor& mine) { return mine; }

    /// Waits for all processes, and returns only if all gave the same text.
    /// @param what the name of the text in messages: "--prompt"
    virtual void agree(const std::string& /*what*/, const std::string& /*text*/) {}

    /// Leaves the group after the work is done. Destroying the group without leaving ends it for all.
    virtual void leave() {}
};

}  // namespace distributed
