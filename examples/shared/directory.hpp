// The directory that a program writes to.
#pragma once

#include <suture/tensor/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace examples {

/// Checks the directory given by an option before any work that would be lost if it cannot be written. Changes nothing.
/// @throws suture::FileError if the directory exists and cannot be written to, or cannot be made
inline void check_writable(const std::filesystem::path& directory, const std::string& option) {
    std::filesystem::path existing = std::filesystem::absolute(directory);
    std::error_code ignored;
    while (!std::filesystem::exists(std::filesystem::symlink_status(existing, ignored)) && existing.has_relative_path())
        existing = existing.parent_path();
    const bool is_directory = std::filesystem::is_directory(existing, ignored);
    if (!is_directory || ::access(existing.c_str(), W_OK | X_OK) != 0)
        throw suture::FileError(directory.string() + " cannot be written" +
                                (is_directory ? "" : ", because " + existing.string() + " is not a directory") +
                                ": give another directory to " + option);
}

/// The same, and makes the directory, for files that are written along the way.
inline void make_writable(const std::filesystem::path& directory, const std::string& option) {
    check_writable(directory, option);
    std::error_code refused;
    std::filesystem::create_directories(directory, refused);
    if (refused) throw suture::FileError(directory.string() + " cannot be made: give another directory to " + option);
}

}  // namespace examples
