// The directory that a program writes to.
#pragma once

#include <suture/tensor/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace examples {

/// Makes the directory given by an option, before any work that would be lost if it cannot be written.
/// @throws suture::FileError if the directory cannot be written to
inline void make_writable(const std::filesystem::path& directory, const std::string& option) {
    std::error_code refused;
    std::filesystem::create_directories(directory, refused);
    if (refused || ::access(directory.c_str(), W_OK) != 0)
        throw suture::FileError(directory.string() + " cannot be written: give another directory to " + option);
}

}  // namespace examples
