// A file that grows by whole pieces, each on the disk before the next: for journals. Needs POSIX.
// Law: after `append` returns, the piece is on the disk; after it throws, the file ends where it ended before.
#pragma once

#include "suture/file/detail/descriptor.hpp"
#include "suture/file/detail/file_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace suture::detail {

class AppendFile {
public:
    /// Opens the file, or creates an empty one. @throws FileError, without the path, if the system refuses
    explicit AppendFile(const std::filesystem::path& path)
        : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
        if (descriptor_.number < 0)
            refuse_file("cannot be opened" + system_reason(errno), "check the path and the permissions");
        flush_name_of(path);
    }

    /// In bytes, as the disk has it now.
    std::uint64_t size() const {
        struct stat status {};
        if (::fstat(descriptor_.number, &status) != 0) fail();
        return static_cast<std::uint64_t>(status.st_size);
    }
    /// Drops everything after the first `bytes`.
    void truncate(std::uint64_t bytes) {
        if (::ftruncate(descriptor_.number, static_cast<off_t>(bytes)) != 0) fail();
    }
    /// Writes the piece at the end and flushes it to the disk.
    /// @throws FileError, without the path, if the disk refuses; nothing of the piece stays then
    void append(std::string_view piece) {
        const std::uint64_t before = size();
        try {
            write(piece);
        } catch (...) {
            [[maybe_unused]] const int refused = ::ftruncate(descriptor_.number, static_cast<off_t>(before));
            throw;
        }
    }

private:
    void write(std::string_view piece) const {
        while (!piece.empty()) {
            const ssize_t written = ::write(descriptor_.number, piece.data(), piece.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail();
            piece.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor_.number) != 0 && errno != EINVAL) fail();  // EINVAL: this file system cannot flush
    }
    [[noreturn]] static void fail() {
        refuse_file("cannot be written" + system_reason(errno),
                    "check the space on the disk (it ends where it ended before)");
    }

    Descriptor descriptor_;
};

}  // namespace suture::detail
