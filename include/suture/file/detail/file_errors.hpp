// Messages about files: which file, why the system refused, what to do.
#pragma once

#include "suture/tensor/error.hpp"

#include <cstdint>
#include <string>
#include <system_error>

namespace suture::detail {

inline constexpr const char* fetch_again = "download or write the file again";

[[noreturn]] inline void refuse_file(const std::string& what, const std::string& remedy = fetch_again) {
    throw FileError(what + ": " + remedy);
}

/// Runs the task. A FileError from it gets the place in front.
template <class Task>
auto naming(const std::string& place, Task task) {
    try {
        return task();
    } catch (FileError& error) {
        error.add_place(place.empty() ? "\"\"" : place);
        throw;
    }
}

inline std::string bytes_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

/// " (No space left on device)" for a number from errno.
inline std::string system_reason(int number) { return " (" + std::generic_category().message(number) + ")"; }

}  // namespace suture::detail
