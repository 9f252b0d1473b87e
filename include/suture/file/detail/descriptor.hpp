// Descriptor: a file that the operating system has opened for this program, and how a new name gets on the disk. Needs
// POSIX.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
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

/// Flushes the names in a file's directory to the disk, where the file system can do that: the file itself may be there
/// without its new name.
inline void flush_name_of(const std::filesystem::path& file) {
    const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
    const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.number >= 0) ::fsync(opened.number);
}

}  // namespace suture::detail
