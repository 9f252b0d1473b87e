// Named tensors in a file: Hugging Face's safetensors format, read tensor by tensor and written all or nothing.
// Nothing that a file says is believed before it is checked against the file's real size, so that a damaged or
// hostile file is a FileError, never a crash, a huge allocation or a wrong number.
// Law: what was saved is loaded bit for bit. Format: https://huggingface.co/docs/safetensors. Needs POSIX.
#pragma once

#include "suture/file/detail/safetensors_header.hpp"
#include "suture/file/new_file.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian: swap bytes on this host");

namespace detail::safetensors {

/// The header's text. It is allocated only once the file is known to be long enough for it.
inline std::string read_header(const InputFile& file) {
    if (file.size() < length_bytes)
        refuse("has " + bytes_text(file.size()) + ", but the length of a header alone takes 8");
    std::uint64_t length = 0;
    file.read(0, &length, length_bytes);
    if (length > longest_header)
        refuse("would have a header of " + bytes_text(length) + ", but 100 MB are the limit",
               "check that it is a safetensors file (no LFS pointer, web page or .bin)");
    if (length > file.size() - length_bytes)
        refuse("should have a header of " + bytes_text(length) + ", but ends after " +
               bytes_text(file.size() - length_bytes) + " of it");
    std::string text(length, '\0');
    file.read(length_bytes, text.data(), length);
    return text;
}

/// @throws FileError if a byte is neither 0 nor 1: LibTorch must not see such a bool.
inline void check_bools(const at::Tensor& tensor) {
    const auto* begin = static_cast<const unsigned char*>(tensor.data_ptr());
    const auto* end = begin + tensor.numel();
    const auto* bad = std::find_if(begin, end, [](unsigned char byte) { return byte > 1; });
    if (bad != end)
        refuse("the bool at element " + std::to_string(bad - begin) + " is the byte " + std::to_string(*bad) +
               ", neither 0 nor 1");
}

/// How many letters differ: inserted, dropped or exchanged (Levenshtein). 0 if one name is a part of the other, for
/// a prefix such as "transformer." is what names differ in most often.
inline std::size_t name_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t compared = 120;
    a = a.substr(0, compared);
    b = b.substr(0, compared);
    if (a.find(b) != a.npos || b.find(a) != b.npos) return 0;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t exchanged = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({exchanged, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// "'h.0.w', 'h.1.w', 'h.2.w'": at most three, the most alike first.
inline std::string names_like(std::string_view wanted, const std::vector<std::string>& names) {
    std::vector<std::pair<std::size_t, std::string_view>> ranked;
    for (const std::string& name : names) ranked.emplace_back(name_distance(wanted, name), name);
    const std::size_t shown = std::min<std::size_t>(3, ranked.size());
    std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(shown), ranked.end());
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + in_quotes(ranked[i].second);
    return text;
}

/// The same values in memory of the host, one after another in the order of the last axis.
inline at::Tensor laid_out(const at::Tensor& tensor) { return tensor.detach().cpu().resolve_neg().contiguous(); }

}  // namespace detail::safetensors

/// A safetensors file, open for reading. Opening reads and checks the header; the tensors stay on the disk until
/// they are asked for. Copies share the open file; several threads may read from one. A file that is replaced
/// while it is open (as save_safetensors does) still gives its old tensors.
///
///     const auto weights = Safetensors::open("model.safetensors");
///     at::Tensor embedding = weights.load("wte.weight");
class Safetensors {
public:
    /// @throws FileError, with the path, unless the file is there and its whole header is right: JSON without
    /// double keys, and tensors that have the bytes of their shapes and cover the file without hole or overlap.
    static Safetensors open(const std::filesystem::path& path) {
        return detail::safetensors::naming(path.string(), [&] { return Safetensors(path); });
    }

    /// In the order of the data in the file.
    std::vector<std::string> names() const { return names_; }

    bool contains(std::string_view name) const { return header_.tensors.find(name) != header_.tensors.end(); }

    /// The tensor's shape. @throws FileError if there is none of that name
    std::vector<std::int64_t> sizes(std::string_view name) const { return entry(name).sizes; }

    /// @throws FileError if there is no tensor of that name, or if its dtype is not one of F64, F32, F16, BF16, I64,
    /// I32, I16, I8, U8 and BOOL. A file that holds others opens, and its other tensors load.
    at::ScalarType dtype(std::string_view name) const {
        const std::string& stored = entry(name).dtype;
        if (const auto* known = detail::safetensors::find_dtype(stored)) return known->type;
        throw FileError(path_.string() + ": tensor " + detail::safetensors::in_quotes(name) + " has dtype " +
                        detail::safetensors::in_quotes(stored) + ", which is not read here: store it as F32, say");
    }

    /// What the file says about itself: free text by free key, often {"format": "pt"}.
    std::map<std::string, std::string> metadata() const { return header_.metadata; }

    /// The tensor, contiguous, on the CPU, in storage of its own. Reads its bytes and no others.
    /// @throws FileError as dtype() does; if there is no memory for it; if the file was cut short since; if a BOOL is neither 0 nor 1
    at::Tensor load(std::string_view name) const {
        const detail::safetensors::Entry& from = entry(name);
        at::Tensor tensor = room_for(name, from);
        detail::safetensors::naming(path_.string(), [&] {
            detail::safetensors::naming("tensor " + detail::safetensors::in_quotes(name), [&] {
                file_->read(data_begin_ + from.begin, tensor.data_ptr(), from.end - from.begin);
                if (tensor.scalar_type() == at::kBool) detail::safetensors::check_bools(tensor);
            });
        });
        return tensor;
    }

    /// Every tensor by its name. @throws FileError as load() does
    std::map<std::string, at::Tensor> load_all() const {
        std::map<std::string, at::Tensor> tensors;
        for (const std::string& name : names_) tensors.emplace(name, load(name));
        return tensors;
    }

private:
    explicit Safetensors(const std::filesystem::path& path)
        : path_(path), file_(std::make_shared<const detail::safetensors::InputFile>(path)) {
        const std::string text = detail::safetensors::read_header(*file_);
        data_begin_ = detail::safetensors::length_bytes + text.size();
        header_ = detail::safetensors::parse_header(text);
        names_ = detail::safetensors::names_in_order(header_, file_->size() - data_begin_);
    }

    const detail::safetensors::Entry& entry(std::string_view name) const {
        if (const auto found = header_.tensors.find(name); found != header_.tensors.end()) return found->second;
        const std::string missing = path_.string() + ": there is no tensor " + detail::safetensors::in_quotes(name);
        if (names_.empty()) throw FileError(missing + ": the file holds none at all");
        throw FileError(missing + ": it has " + detail::safetensors::names_like(name, names_));
    }

    /// @throws FileError if there is no memory for the tensor: a file may be larger than that, and sparse
    at::Tensor room_for(std::string_view name, const detail::safetensors::Entry& from) const {
        const at::TensorOptions options = at::TensorOptions().dtype(dtype(name)).device(at::kCPU);
        try {
            return at::empty(from.sizes, options);
        } catch (const c10::Error&) {
            throw FileError(path_.string() + ": tensor " + detail::safetensors::in_quotes(name) + " needs " +
                            detail::safetensors::bytes_text(from.end - from.begin) +
                            " of memory, which this machine does not give: load it on one that does");
        }
    }

    std::filesystem::path path_;
    std::shared_ptr<const detail::safetensors::InputFile> file_;
    detail::safetensors::Header header_;
    std::vector<std::string> names_;
    std::uint64_t data_begin_ = 0;
};

/// Writes the tensors, whatever their device, strides and gradients, and the metadata. The file is complete or is not
/// there: it is written beside the destination and then takes its name, so a symbolic link there is replaced, not
/// followed. Tensors that share storage are each written in full.
/// @throws FileError, with the path, before anything is written if a tensor is undefined, not dense, without values, of
/// a dtype that is not in the list of Safetensors::dtype or is called "__metadata__"; and if the disk refuses
/// @post Safetensors::open(path).load_all() == tensors, bit for bit
inline void save_safetensors(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                             const std::map<std::string, std::string>& metadata = {}) {
    detail::safetensors::naming(path.string(), [&] {
        const auto order = detail::safetensors::writing_order(tensors);
        const std::string header = detail::safetensors::encode_header(order, metadata);
        const std::uint64_t length = header.size();
        detail::safetensors::NewFile file(path);
        file.write(&length, sizeof length);
        file.write(header.data(), header.size());
        for (const auto* named : order) {
            const at::Tensor plain = detail::safetensors::laid_out(named->second);
            file.write(plain.data_ptr(), plain.nbytes());
        }
        file.publish();
    });
}

}  // namespace suture
