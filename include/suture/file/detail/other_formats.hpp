// Files that are not what their name promises: Git LFS pointers, web pages, pickles and others, told by their first
// bytes, so that a message says what a file is and not only what it is not.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/input_file.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace suture::detail {

/// The command that writes weights of torch.save as safetensors, with its paths quoted for a shell; `from` may have a * for
/// several files. It needs Python with torch and safetensors, loads weights only, no code, and finds them as nanoGPT
/// ("model") and Lightning ("state_dict") save them, too.
inline std::string conversion_command(const std::string& from, const std::string& to) {
    const auto quoted = [](const std::string& path) {
        std::string text = "'";
        for (const char c : path) text += c == '\'' ? "'\\''" : std::string(1, c);
        return text + "'";
    };
    return "python3 -c \"import glob, sys, torch; from safetensors.torch import save_file; save_file({k: "
           "t.clone().contiguous() for f in sorted(glob.glob(sys.argv[1])) for w in [torch.load(f, map_location='cpu', "
           "weights_only=True)] for k, t in w.get('model', w.get('state_dict', w)).items() if torch.is_tensor(t)}, "
           "sys.argv[2], {'format': 'pt'})\" " +
           quoted(from) + " " + quoted(to);
}

/// How a format begins, what it is, and what to do.
struct OtherFormat {
    std::string_view begins, what, remedy;
};
inline constexpr std::string_view needs_conversion = "convert it";  // the command follows
inline constexpr std::array<OtherFormat, 11> other_formats{
    {{"PK\x03\x04", "is a ZIP archive, such as torch.save writes", needs_conversion},
     {"\x80\x02", "is a pickle, such as torch.save wrote before PyTorch 1.6", needs_conversion},
     {"\x80\x03", "is a pickle of Python", needs_conversion},
     {"\x80\x04", "is a pickle of Python", needs_conversion},
     {"\x80\x05", "is a pickle of Python", needs_conversion},
     {"GGUF", "is a GGUF file of llama.cpp", "download the model's safetensors"},
     {"\x89HDF\r\n", "is an HDF5 file, such as TensorFlow and Keras write",
      "download the model's safetensors, or convert it with transformers in Python (from_pretrained(..., "
      "from_tf=True))"},
     {"\x93NUMPY", "is a NumPy array", "save it with safetensors.numpy.save_file in Python"},
     {"\x1F\x8B", "is compressed with gzip", "unpack it first"},
     {"\x28\xB5\x2F\xFD", "is compressed with zstd", "unpack it first"},
     {"\xEF\xBB\xBF", "begins with a byte order mark, as text does", fetch_again}}};

/// The first bytes of a file, at most 512.
inline std::string first_bytes(const InputFile& file) {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 512)), '\0');
    file.read(0, bytes.data(), bytes.size());
    return bytes;
}

/// @throws FileError, without the path, if the bytes are a Git LFS pointer: a few lines in place of a large file
inline void refuse_lfs_pointer(std::string_view bytes) {
    if (!bytes.starts_with("version https://git-lfs")) return;
    constexpr std::string_view mark = "\nsize ";
    std::string size;
    if (const auto at = bytes.find(mark); at != bytes.npos)
        for (const char c : bytes.substr(at + mark.size())) {
            if (c < '0' || c > '9') break;
            size += c;
        }
    refuse_file("is a Git LFS pointer" + (size.empty() ? "" : " to a file of " + size + " bytes") + ", not the file",
                "run \"git lfs pull\" in its repository, or download the file itself");
}

/// Whether the bytes are text, cut anywhere.
inline bool is_text(std::string_view bytes) {
    while (!bytes.empty()) {
        const Utf8Front front = utf8_front(bytes);
        if (!front.valid) return bytes.size() < 4;
        const bool is_space = front.character == U'\n' || front.character == U'\r' || front.character == U'\t';
        if (!is_space && !shows_itself(front.character) && front.character != U'\\') return false;
        bytes.remove_prefix(front.bytes);
    }
    return true;
}

/// @throws FileError, without the path, if the file at `path` begins with these bytes and is of a well-known other format
inline void refuse_other_format(const std::filesystem::path& path, std::string_view bytes, std::uint64_t size) {
    refuse_lfs_pointer(bytes);
    for (const OtherFormat& format : other_formats) {
        if (!bytes.starts_with(format.begins)) continue;
        std::string remedy(format.remedy);
        if (format.remedy == needs_conversion)
            remedy +=
                " with " + conversion_command(path.string(), (path.parent_path() / "converted.safetensors").string());
        refuse_file(std::string(format.what), remedy);
    }
    if (bytes.empty() || !is_text(bytes)) return;
    const std::size_t first = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size() - 1);
    std::string tag(bytes.substr(first, 9));
    std::transform(tag.begin(), tag.end(), tag.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (tag == "<!doctype" || tag.starts_with("<html") || tag.starts_with("<?xml"))
        refuse_file("is a web page of " + bytes_text(size) + ", not the file",
                    "download the file itself (on the Hugging Face Hub, from .../resolve/main/...)");
    if (tag.front() == '{' || tag.front() == '[')
        refuse_file("is JSON text, not a safetensors file", "name the .safetensors file");
    refuse_file("is a text, not a safetensors file: it begins with " + in_quotes(bytes));
}

}  // namespace suture::detail
