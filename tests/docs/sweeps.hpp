#pragma once
#include <suture/sweep/files.hpp>

#include "tiny_gpt2.hpp"

#include <filesystem>

/// Where the page's files go.
inline const std::filesystem::path folder = [] {
    const auto path = std::filesystem::temp_directory_path() / "suture-sweeps-page";
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    return path;
}();
inline const at::Tensor clean = ids, corrupted = [] {
    at::Tensor other = ids.clone();
    other.narrow(1, 3, 3).add_(20);
    return other;
}();
inline constexpr int mary = 7, john = 8;
