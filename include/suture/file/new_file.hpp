// Files for safetensors: one that is read at any offset, and one that gets its name when it is complete. Needs POSIX.
#pragma once

#include "suture/tensor/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace suture::detail::safetensors {

inline constexpr const char* fetch_again = "download or write the file again";

[[noreturn]] inline void refuse(const std::string& what, const std::string& remedy = fetch_again) {
    throw FileError(what + ": " + remedy);
}

/// Runs the task; a FileError from it gets the place in front.
template <class Task>
auto naming(const std::string& place, Task task) {
    try {
        return task();
    } catch (FileError& error) {
        error.add_place(place.empty() ? "''" : place);
        throw;
    }
}

/// A text of the file in quotes, without control characters and at most 80 bytes of it.
inline std::string in_quotes(std::string_view text) {
    constexpr std::size_t room = 80;
    std::size_t length = std::min(text.size(), room);
    if (text.size() > room)  // do not cut through a UTF-8 character
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    std::string shown(text.substr(0, length));
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return "'" + shown + (length < text.size() ? "...'" : "'");
}

inline std::string bytes_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

/// " (No space left on device)"
inline std::string system_reason(int number) { return " (" + std::generic_category().message(number) + ")"; }

/// A number that the operating system gave for a file, closed when dropped.
struct Descriptor {
    int number = -1;

    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

/// An open file. It has no reading position, so several threads may read it at once.
class InputFile {
public:
    explicit InputFile(const std::filesystem::path& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // a pipe must not block
        if (descriptor_.number < 0) refuse("cannot be opened" + system_reason(errno), "check the path");
        struct stat status {};
        if (::fstat(descriptor_.number, &status) != 0) fail();
        if (S_ISDIR(status.st_mode)) refuse("is a directory", "name the .safetensors file in it");
        if (!S_ISREG(status.st_mode)) refuse("is not a regular file", "copy it to the disk first");
        size_ = static_cast<std::uint64_t>(status.st_size);
    }

    /// In bytes, when it was opened.
    std::uint64_t size() const { return size_; }

    void read(std::uint64_t offset, void* into, std::uint64_t bytes) const {
        constexpr std::uint64_t longest_read = 1u << 30;  // Linux reads at most 2^31 - 4096 bytes a call
        auto* target = static_cast<char*>(into);
        while (bytes > 0) {
            const auto wanted = std::min(bytes, longest_read);
            const auto got = ::pread(descriptor_.number, target, wanted, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail();
            if (got == 0) refuse("ends " + bytes_text(bytes) + " too early: it was cut short after it was opened");
            target += got;
            offset += static_cast<std::uint64_t>(got);
            bytes -= static_cast<std::uint64_t>(got);
        }
    }

private:
    [[noreturn]] static void fail() { refuse("cannot be read" + system_reason(errno), "check the disk"); }

    Descriptor descriptor_;
    std::uint64_t size_ = 0;
};

/// A file that gets its name when it is complete, and the rights of the file whose place it takes. Dropped before that,
/// it leaves nothing behind.
class NewFile {
public:
    explicit NewFile(std::filesystem::path destination)
        : destination_(std::move(destination)), descriptor_(create_beside()) {
        struct stat old {};
        if (::lstat(destination_.c_str(), &old) == 0 && S_ISREG(old.st_mode))
            ::fchmod(descriptor_.number, old.st_mode & 0777);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (!published_) ::unlink(temporary_.c_str());
    }

    void write(const void* from, std::uint64_t bytes) {
        constexpr std::uint64_t longest_write = 1u << 30;
        const auto* source = static_cast<const char*>(from);
        while (bytes > 0) {
            const auto put = ::write(descriptor_.number, source, std::min(bytes, longest_write));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) fail();
            source += put;
            bytes -= static_cast<std::uint64_t>(put);
        }
    }

    /// Flushes to the disk and puts the file in the place of the old one.
    void publish() {
        if (::fsync(descriptor_.number) != 0) fail();
        if (::close(std::exchange(descriptor_.number, -1)) != 0) fail();
        if (::rename(temporary_.c_str(), destination_.c_str()) != 0) fail();
        published_ = true;
    }

private:
    [[noreturn]] static void fail() {
        refuse("cannot be written" + system_reason(errno),
               "check the path, the rights and the space (nothing was changed)");
    }

    /// Opens a new file of a name that nobody has, in the directory of the destination: rename needs one file system.
    /// What is no file, a pipe or a device, is not replaced by one.
    int create_beside() {
        struct stat old {};
        if (::lstat(destination_.c_str(), &old) == 0 && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode))
            refuse(S_ISDIR(old.st_mode) ? "is a directory" : "is not a regular file", "name a file to be written");
        static std::atomic<unsigned> count{0};
        for (;;) {
            temporary_ = destination_.parent_path() /
                         (".suture-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".part");
            const int opened = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (opened >= 0) return opened;
            if (errno != EEXIST) fail();
        }
    }

    std::filesystem::path destination_, temporary_;
    Descriptor descriptor_;
    bool published_ = false;
};

}  // namespace suture::detail::safetensors
