// Small text files, written as a whole and read as a whole.
#pragma once

#include <suture/file/new_file.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace suture::pictures::detail {

/// Writes a text file: complete, or not at all.
/// @throws suture::FileError, with the path, if the file cannot be written
inline void save_text(const std::filesystem::path& path, std::string_view text) {
    suture::detail::safetensors::naming(path.string(), [&] {
        suture::detail::safetensors::NewFile file(path);
        file.write(text.data(), text.size());
        file.publish();
    });
}

/// The bytes of a file; empty if it cannot be read.
inline std::string contents_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace suture::pictures::detail
