// Descriptor: a file that the operating system has opened for this program. Needs POSIX.
#pragma once

#include <unistd.h>

#include <utility>

namespace suture::detail {

/// Owns a POSIX file descriptor, or -1, and closes it.
struct Descriptor {
    int number = -1;

    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }

    /// Closes it now. False, with errno set, if the system reports an error.
    bool close() { return ::close(std::exchange(number, -1)) == 0; }
};

}  // namespace suture::detail
