// The directory that a program is told to write to.
#pragma once

#include <suture/tensor/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace examples {

/// Makes the directory that an option names, before work that must not end at one that cannot be written.
/// @throws suture::FileError if nothing can be written there
inline void make_writable(const std::filesystem::path& directory, const std::string& option) {
    std::error_code refused;
    std::filesystem::create_directories(directory, refused);
    if (refused || ::access(directory.c_str(), W_OK) != 0)
        throw suture::FileError(directory.string() + " cannot be written: give another directory to " + option);
}

}  // namespace examples
