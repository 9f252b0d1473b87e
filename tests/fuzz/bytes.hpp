// Shared by the fuzz targets: the bytes of one case in files of a folder of its own, and what a reader may throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace fuzz {

/// A folder in memory that this process keeps for all cases.
inline const std::filesystem::path& folder() {
    static const std::filesystem::path made = [] {
        const std::filesystem::path memory = "/dev/shm";
        const auto base = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
        const auto path = base / ("suture-fuzz-" + std::to_string(::getpid()));
        std::filesystem::create_directories(path);
        std::atexit([] { std::filesystem::remove_all(folder()); });
        return path;
    }();
    return made;
}

/// A file of the folder with these bytes.
inline std::filesystem::path file(const char* name, std::string_view bytes) {
    const std::filesystem::path path = folder() / name;
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Runs the task. An error of suture is what bad input must end in; anything else that it throws ends the program.
template <class Task>
void refused_or_read(const Task& task);

[[noreturn]] inline void fail(const std::string& what) {
    std::cerr << what << "\n";
    std::abort();
}

}  // namespace fuzz

#include "suture/tensor/error.hpp"

template <class Task>
void fuzz::refused_or_read(const Task& task) {
    try {
        task();
    } catch (const suture::Error& e) {
        if (std::string_view(e.what()).find(": ") == std::string_view::npos)
            fail(std::string("this error has no remedy: ") + e.what());
    }
}
