// Named tensors in a file: Hugging Face's safetensors format, read tensor by tensor and written completely or not at
// all. Every claim of a file is checked against its real size first, so that a damaged or hostile file is a FileError,
// never a crash, a huge allocation or a wrong number.
// Law: tensors are loaded bit for bit as they were saved. Format: https://huggingface.co/docs/safetensors. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/input_file.hpp"
#include "suture/file/detail/safetensors_format.hpp"
#include "suture/file/detail/safetensors_reader.hpp"
#include "suture/file/detail/safetensors_writer.hpp"
#include "suture/file/new_file.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian: swap bytes on this host");

namespace detail::safetensors {

/// @throws FileError if a byte is neither 0 nor 1: LibTorch must not see such a bool
inline void check_bools(const at::Tensor& tensor) {
    const auto* begin = static_cast<const unsigned char*>(tensor.data_ptr());
    const auto* end = begin + tensor.numel();
    const auto* bad = std::find_if(begin, end, [](unsigned char byte) { return byte > 1; });
    if (bad != end)
        refuse_file("the bool at element " + std::to_string(bad - begin) + " is the byte " + std::to_string(*bad) +
                    ", not 0 or 1");
}

/// How much two names differ: 0 if one contains the other, because a prefix such as "transformer." is the most common
/// difference.
inline std::size_t name_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t compared = 120;
    a = a.substr(0, compared);
    b = b.substr(0, compared);
    return a.find(b) != a.npos || b.find(a) != b.npos ? 0 : bytes_apart(a, b);
}

/// `"h.0.w", "h.1.w", "h.2.w"`: at most three of the names, the most alike first.
inline std::string names_like(std::string_view wanted, const std::vector<std::string>& names) {
    return nearest_words(names, [wanted](std::string_view name) { return std::optional(name_distance(wanted, name)); });
}

/// The same values in host memory, contiguous.
inline at::Tensor laid_out(const at::Tensor& tensor) { return tensor.detach().cpu().resolve_neg().contiguous(); }

}  // namespace detail::safetensors

/// A safetensors file, open for reading. Opening reads and checks the header; tensors stay on the disk until they are
/// loaded. Copies share the open file, and several threads can read from one. A file that is replaced while it is open
/// (as save_safetensors does) still gives its old tensors.
///
///     const auto weights = Safetensors::open("model.safetensors");
///     at::Tensor embedding = weights.load("wte.weight");
class Safetensors {
public:
    /// @throws FileError, with the path, unless the file exists and its whole header is right: JSON without duplicate
    /// keys, and tensors that have the bytes of their shapes and cover the file without gaps or overlaps.
    static Safetensors open(const std::filesystem::path& path) {
        return detail::naming(path.string(), [&] { return Safetensors(path); });
    }

    SUTURE_REJECTED_DEFAULT("a file is opened by a function: write Safetensors::open(path)", Safetensors);
    SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors, const char*);
    SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors,
                         const std::string&);
    explicit SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors,
                                  InBraces);
    /// In the order of the data in the file.
    std::vector<std::string> names() const { return names_; }

    bool contains(std::string_view name) const { return header_.tensors.find(name) != header_.tensors.end(); }

    /// The tensor's shape. @throws FileError if there is no tensor of that name
    std::vector<std::int64_t> sizes(std::string_view name) const { return entry(name).sizes; }

    /// @throws FileError if there is no tensor of that name, or if its dtype is not one of F64, F32, F16, BF16, I64, I32,
    /// I16, I8, U8 and BOOL. A file with other dtypes still opens, and its other tensors load.
    at::ScalarType dtype(std::string_view name) const {
        const std::string& stored = entry(name).dtype;
        if (const auto* known = detail::safetensors::find_dtype(stored)) return known->type;
        throw FileError(path_.string() + ": tensor " + detail::in_quotes(name) + " has dtype " +
                        detail::in_quotes(stored) + ", which cannot be loaded: store it as F32, for example");
    }

    /// The file's metadata: free text by free key, often {"format": "pt"}.
    std::map<std::string, std::string> metadata() const { return header_.metadata; }

    /// The tensor, contiguous, on the CPU, in storage of its own. Reads only its bytes.
    /// @throws FileError as dtype() does, or if there is not enough memory, the file was cut short since, or a BOOL is
    /// neither 0 nor 1
    at::Tensor load(std::string_view name) const {
        const detail::safetensors::Entry& from = entry(name);
        at::Tensor tensor = room_for(name, from);
        detail::naming(path_.string(), [&] {
            detail::naming("tensor " + detail::in_quotes(name), [&] {
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

    // Calls that must not compile.
    template <class...>
    static SUTURE_REJECTED("a file is opened by its path: write Safetensors::open(path)", open(...));
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", load(...) const);
    // Two texts in braces would be the ends of one.
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)",
                    load(std::initializer_list<const char*>) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", get_tensor(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", at(...) const);
    template <class I>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("the names have a function: write file.names()", keys(...) const);
    template <class...>
    SUTURE_REJECTED("a file is not a range: write file.names(), or file.load_all()", begin() const);
    template <class...>
    SUTURE_REJECTED("a file is not a range: write file.names(), or file.load_all()", end() const);
    template <class...>
    static SUTURE_REJECTED("a file is opened by a function: write Safetensors::open(path)", load_file(...));
    template <class...>
    static SUTURE_REJECTED("a file is opened by a function: write Safetensors::open(path)", read(...));
    template <class...>
    static SUTURE_REJECTED("a file is opened by a function: write Safetensors::open(path)", from_file(...));
    template <class...>
    static SUTURE_REJECTED("a file is opened by a function: write Safetensors::open(path)", safe_open(...));
    template <class...>
    static SUTURE_REJECTED("a file is opened by a function: write Safetensors::open(path)", from_pretrained(...));
    template <class...>
    static SUTURE_REJECTED("a file is written by a function: write save_safetensors(path, tensors)", save(...));
    template <class...>
    SUTURE_REJECTED("a file is written by a function: write save_safetensors(path, tensors)", write(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", get(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", tensor(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", find(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", get_slice(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor is loaded by its name: write file.load(name)", operator()(...) const);
    template <class...>
    SUTURE_REJECTED("all tensors are loaded at once: write file.load_all()", tensors(...) const);
    template <class...>
    SUTURE_REJECTED("all tensors are loaded at once: write file.load_all()", items(...) const);
    template <class...>
    SUTURE_REJECTED("all tensors are loaded at once: write file.load_all()", load_all(InBraces, InBraces = {}) const);
    template <class...>
    SUTURE_REJECTED("the names have a function: write file.names()", names(InBraces) const);
    template <class...>
    SUTURE_REJECTED("the names have a function: write file.names()", size(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor has a name: write file.contains(name)", contains(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor has a name: write file.contains(name)", count(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor has a name: write file.dtype(name)", dtype(...) const);
    template <class...>
    SUTURE_REJECTED("a tensor has a name: write file.sizes(name)", sizes(...) const);
    SUTURE_ABSENT("a shape is called sizes, as in PyTorch: write file.sizes(name)", shape);
    template <class...>
    SUTURE_REJECTED("metadata is a map: write file.metadata().at(key)", metadata(InBraces) const);
    template <class...>
    SUTURE_REJECTED("a file closes itself when its last copy is gone: leave the call out", close(...) const);
    SUTURE_REJECTED_CONDITION("an open file is always good: open() throws a FileError otherwise");
    friend SUTURE_REJECTED("a file is shown by its names: print file.names()", operator<<(std::ostream&,
                                                                                          const Safetensors&));
    template <class T>
    friend SUTURE_REJECTED("a tensor has a name: write file.contains(name)", operator==(const T&, const Safetensors&));

private:
    explicit Safetensors(const std::filesystem::path& path)
        : path_(path), file_(std::make_shared<const detail::InputFile>(path)) {
        const std::string text = detail::safetensors::read_header(*file_);
        data_begin_ = detail::safetensors::length_bytes + text.size();
        header_ = detail::safetensors::parse_header(text);
        names_ = detail::safetensors::names_in_order(header_, file_->size() - data_begin_);
    }

    const detail::safetensors::Entry& entry(std::string_view name) const {
        if (const auto found = header_.tensors.find(name); found != header_.tensors.end()) return found->second;
        const std::string missing = path_.string() + ": there is no tensor " + detail::in_quotes(name);
        if (names_.empty()) throw FileError(missing + ": the file has no tensors");
        throw FileError(missing + ": it has " + detail::safetensors::names_like(name, names_));
    }

    /// @throws FileError if there is not enough memory for the tensor: a sparse file may claim any size
    at::Tensor room_for(std::string_view name, const detail::safetensors::Entry& from) const {
        const at::TensorOptions options = at::TensorOptions().dtype(dtype(name)).device(at::kCPU);
        try {
            return at::empty(from.sizes, options);
        } catch (const c10::Error&) {
            throw FileError(path_.string() + ": tensor " + detail::in_quotes(name) + " needs " +
                            detail::bytes_text(from.end - from.begin) +
                            " of memory, more than is available: load it on a larger machine");
        }
    }

    std::filesystem::path path_;
    std::shared_ptr<const detail::InputFile> file_;
    detail::safetensors::Header header_;
    std::vector<std::string> names_;
    std::uint64_t data_begin_ = 0;
};

/// Writes the tensors, on any device, with any strides, with or without gradients, and the metadata. The file appears
/// completely or not at all, as a NewFile does. Tensors that share storage are each written in full.
/// @throws FileError, with the path: before anything is written if a tensor is undefined, not dense, without values, of a
/// dtype that Safetensors::dtype does not list, or named "__metadata__"; and if the system refuses to write
/// @post Safetensors::open(path).load_all() == tensors, bit for bit
inline void save_safetensors(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                             const std::map<std::string, std::string>& metadata = {}) {
    std::vector<const detail::safetensors::NamedTensor*> order;
    std::string header;
    detail::naming(path.string(), [&] {
        order = detail::safetensors::writing_order(tensors);
        header = detail::safetensors::encode_header(order, metadata);
    });
    const std::uint64_t length = header.size();
    NewFile file(path);
    file.write(&length, sizeof length);
    file.write(header);
    for (const auto* named : order) {
        const at::Tensor plain = detail::safetensors::laid_out(named->second);
        file.write(plain.data_ptr(), plain.nbytes());
    }
    file.publish();
}
template <class...>
SUTURE_REJECTED("the path comes first: write save_safetensors(path, tensors)",
                save_safetensors(const std::map<std::string, at::Tensor>&, const std::filesystem::path&,
                                 InBraces = {}));

template <class...>
SUTURE_REJECTED("tensors have names: write save_safetensors(path, {{name, tensor}})", save_safetensors(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
