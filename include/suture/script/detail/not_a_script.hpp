// Why a file is not a TorchScript model, as far as its bytes show: what torch.save and torch.export write are ZIP archives as
// well, and LibTorch only says which member it misses.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace suture::detail {

/// The first bytes of a file, or its last.
inline std::string bytes_at_end_of(const std::filesystem::path& path, std::size_t most, bool last) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = in.tellg();
    if (!in || size <= 0) return "";
    std::string bytes(static_cast<std::size_t>(std::min<std::streamoff>(size, static_cast<std::streamoff>(most))),
                      '\0');
    in.seekg(last ? size - static_cast<std::streamoff>(bytes.size()) : 0);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return in ? bytes : "";
}

/// What the file is, and what to do: "this is ...: do ..."; empty if its bytes do not tell.
inline std::string not_a_script_text(const std::filesystem::path& path) {
    const std::string first = bytes_at_end_of(path, 16, false);
    const char* const save = ": save the model with torch.jit.script(model).save(path), or torch.jit.trace, in Python";
    if (first.empty()) return "this file is empty: save or download the model again";
    if (first.starts_with("version https://"))
        return "this is a Git LFS pointer, not the file: run \"git lfs pull\" in its repository";
    if (first.starts_with("PK")) {
        // The names of the members are listed at the end of an archive.
        const std::string names = bytes_at_end_of(path, 1 << 18, true);
        for (const char* const member : {"models/model.json", "serialized_exported_program.json", "archive_format"})
            if (names.find(member) != names.npos)
                return "this is a program that torch.export.save wrote: load it with exported::load(path)";
        if (names.find("constants.pkl") != names.npos) return "";
        if (names.find("data.pkl") != names.npos)
            return std::string(
                       "this is what torch.save writes, a state_dict or a pickled module, without code to run") +
                   save;
        return "";
    }
    if (first.size() > 1 && first[0] == '\x80' && first[1] >= 2 && first[1] <= 5)
        return std::string("this is a pickle, such as torch.save wrote before PyTorch 1.6, without code to run") + save;
    if (std::uint64_t length = 0; first.size() > sizeof length) {
        std::memcpy(&length, first.data(), sizeof length);
        if (length <= 100'000'000 && first[sizeof length] == '{')
            return std::string("this is a safetensors file, which holds weights without code to run") + save;
    }
    return "";
}

}  // namespace suture::detail
