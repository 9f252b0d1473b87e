// MappedFile: a whole file as bytes in memory, which the system reads when they are first touched. Needs POSIX.
// Law: what is written into the memory never reaches the file.
#pragma once

#include "suture/file/detail/descriptor.hpp"
#include "suture/file/detail/file_errors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string_view>

namespace suture::detail {

/// A regular file in memory, each page of which becomes this program's own when it is first written. The file must stay
/// as it is meanwhile: what another program writes over it may show through, and the system ends a program that touches
/// what was cut off. A new file that is renamed to its name does no harm. Its errors do not name the path.
class MappedFile {
public:
    /// @throws FileError unless the path leads to a regular file that can be mapped
    explicit MappedFile(const std::filesystem::path& path) {
        const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe must not block
        if (opened.number < 0) refuse_file("cannot be opened" + system_reason(errno), "check the path");
        struct stat status {};
        if (::fstat(opened.number, &status) != 0)
            refuse_file("cannot be read" + system_reason(errno), "check the disk");
        if (S_ISDIR(status.st_mode)) refuse_file("is a directory", "name the .pt2 file in it");
        if (!S_ISREG(status.st_mode)) refuse_file("is not a regular file", "copy it to the disk first");
        if (status.st_size == 0) refuse_file("is empty");
        map(opened.number, static_cast<std::size_t>(status.st_size));
    }
    /// A file that is open. @throws FileError if it cannot be mapped
    MappedFile(int descriptor, std::size_t size) { map(descriptor, size); }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile() { ::munmap(data_, size_); }

    std::string_view bytes() const { return {data_, size_}; }

    /// The byte at this offset, to be written: only this mapping sees the change.
    char* at(std::size_t offset) const { return data_ + offset; }

private:
    /// MAP_NORESERVE: the weights may be larger than the memory that is free, as long as nobody writes them.
    void map(int descriptor, std::size_t size) {
        void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
        if (mapped == MAP_FAILED)
            refuse_file("cannot be mapped into memory" + system_reason(errno), "check the limits of this process");
        data_ = static_cast<char*>(mapped);
        size_ = size;
    }

    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace suture::detail
