// Small text files, read as a whole.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace suture::pictures::detail {

/// The bytes of a file; empty if it cannot be read.
inline std::string contents_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace suture::pictures::detail
