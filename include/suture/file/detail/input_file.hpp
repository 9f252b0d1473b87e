// InputFile: a file that is read at any offset. Needs POSIX.
#pragma once

#include "suture/file/detail/descriptor.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/mapped_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace suture::detail {

/// A regular file, open for reading. It has no reading position, so several threads can read it at once. Its errors do
/// not name the path.
class InputFile {
public:
    /// @throws FileError unless the path leads to a regular file that can be opened
    explicit InputFile(const std::filesystem::path& path)
        : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // a pipe must not block
        if (descriptor_.number < 0) refuse_file("cannot be opened" + system_reason(errno), "check the path");
        struct stat status {};
        if (::fstat(descriptor_.number, &status) != 0) fail();
        if (S_ISDIR(status.st_mode)) refuse_file("is a directory", "name the .safetensors file in it");
        if (!S_ISREG(status.st_mode)) refuse_file("is not a regular file", "copy it to the disk first");
        size_ = static_cast<std::uint64_t>(status.st_size);
    }

    /// As it was given.
    const std::filesystem::path& path() const { return path_; }
    /// Its bytes when it was opened.
    std::uint64_t size() const { return size_; }

    /// @throws FileError if the file ends before that or the disk fails
    void read(std::uint64_t offset, void* into, std::uint64_t bytes) const {
        constexpr std::uint64_t longest_read = 1u << 30;  // Linux reads at most 2^31 - 4096 bytes per call
        auto* target = static_cast<char*>(into);
        while (bytes > 0) {
            const auto wanted = std::min(bytes, longest_read);
            const auto got = ::pread(descriptor_.number, target, wanted, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail();
            if (got == 0)
                refuse_file("ends " + bytes_text(bytes) + " too early (it was cut short after it was opened)");
            target += got;
            offset += static_cast<std::uint64_t>(got);
            bytes -= static_cast<std::uint64_t>(got);
        }
    }

    /// The file in memory, as it was opened. @throws FileError if it is empty or cannot be mapped
    std::shared_ptr<const MappedFile> mapped() const {
        if (size_ == 0) refuse_file("is empty");
        return std::make_shared<const MappedFile>(descriptor_.number, static_cast<std::size_t>(size_));
    }

private:
    [[noreturn]] static void fail() { refuse_file("cannot be read" + system_reason(errno), "check the disk"); }

    std::filesystem::path path_;
    Descriptor descriptor_;
    std::uint64_t size_ = 0;
};

}  // namespace suture::detail
