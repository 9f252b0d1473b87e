// New files that appear complete or not at all. Needs POSIX.
// Law: until publish() returns, the destination is what it was; afterwards it is the new file, on the disk.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/descriptor.hpp"
#include "suture/file/detail/file_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A file that is written beside its destination and takes the destination's name, and the permissions of a file there,
/// when it is published. If it is destroyed before that, it leaves nothing behind. A symbolic link at the destination is
/// replaced, not followed.
///
///     NewFile file("results.csv");
///     file.write("layer,effect\r\n");
///     file.publish();
///
/// The constructor and every member throw FileError, which begins with the path, if the system refuses.
class NewFile {
public:
    explicit NewFile(std::filesystem::path destination)
        : destination_(std::move(destination)), descriptor_(create_beside()) {
        struct stat old {};
        if (::lstat(destination_.c_str(), &old) == 0 && S_ISREG(old.st_mode))
            ::fchmod(descriptor_.number, old.st_mode & 0777);
    }
    SUTURE_REJECTED_COPY("a NewFile is neither copied nor moved: pass a reference", NewFile);
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
    void write(std::string_view text) { write(text.data(), text.size()); }

    /// Flushes the file to the disk and gives it the destination's name.
    void publish() {
        if (::fsync(descriptor_.number) != 0) fail();
        if (!descriptor_.close()) fail();
        if (::rename(temporary_.c_str(), destination_.c_str()) != 0) fail();
        published_ = true;
        detail::flush_name_of(destination_);
    }

    // Calls that must not compile.
    SUTURE_REJECTED_DEFAULT("a NewFile has a path: write NewFile file(path), then file.write(text)", NewFile);
    explicit SUTURE_REJECTED_FROM("a NewFile has a path: write NewFile file(path), then file.write(text)", NewFile,
                                  double);
    explicit SUTURE_REJECTED_FROM("a NewFile has a path: write NewFile file(path), then file.write(text)", NewFile,
                                  const std::filesystem::path&, InBraces);
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", write(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", save(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", close(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", flush(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", commit(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", append(...));
    template <class...>
    SUTURE_REJECTED("a NewFile takes text: write file.write(text), and file.publish() at the end", publish(InBraces));
    template <class T>
    SUTURE_REJECTED(
        "a NewFile takes text: write file.write(text), and file.publish() at the end", operator<<(const T&));

private:
    [[noreturn]] void fail() const {
        refuse("cannot be written" + detail::system_reason(errno),
               "check the path, the permissions and the free space (nothing was changed)");
    }
    [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const {
        const std::string path = destination_.string();
        detail::refuse_file((path.empty() ? "\"\"" : path) + ": " + what, remedy);
    }

    /// Opens a new file with an unused name in the destination's directory, because rename works within one file system.
    /// A destination that is not a file, such as a pipe or a device, is not replaced.
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
    detail::Descriptor descriptor_;
    bool published_ = false;
};

/// Writes a text file completely or not at all.
/// @throws FileError, with the path, if the system refuses; an old file is then still there
inline void save_text(const std::filesystem::path& path, std::string_view text) {
    NewFile file(path);
    file.write(text);
    file.publish();
}

template <class...>
SUTURE_REJECTED("a text is written to a path: write save_text(path, text)", save_text(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
