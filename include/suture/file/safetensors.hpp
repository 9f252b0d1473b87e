// Named tensors in a file: Hugging Face's safetensors format, read tensor by tensor and written completely or not at
// all. Every claim of a file is checked against its real size first, so that a damaged or hostile file is a FileError,
// never a crash, a huge allocation or a wrong number.
// Law: tensors are loaded bit for bit as they were saved. Format: https://huggingface.co/docs/safetensors. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/input_file.hpp"
#include "suture/file/detail/mapped_file.hpp"
#include "suture/file/detail/safetensors_format.hpp"
#include "suture/file/detail/safetensors_index.hpp"
#include "suture/file/detail/safetensors_reader.hpp"
#include "suture/file/detail/safetensors_writer.hpp"
#include "suture/file/new_file.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"

#include <ATen/ops/from_blob.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
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

/// Names are compared up to here.
inline constexpr std::size_t compared_bytes = 120;

/// How much two names differ: 0 if one contains the other, because a prefix such as "transformer." is the most common
/// difference.
template <class Apart>
std::size_t name_distance(std::string_view a, std::string_view b, Apart apart) {
    a = a.substr(0, compared_bytes);
    b = b.substr(0, compared_bytes);
    return a.find(b) != a.npos || b.find(a) != b.npos ? 0 : apart(a, b);
}

/// `"h.0.w", "h.1.w", "h.2.w"`: at most three of the names, the most alike first.
inline std::string names_like(std::string_view wanted, const std::vector<std::string>& names) {
    return nearest_words(
        names, [wanted](std::string_view name) { return name_distance(wanted, name, bytes_apart_at_most); },
        [wanted](std::string_view name) { return std::optional(name_distance(wanted, name, bytes_apart)); });
}

/// The same values in host memory, contiguous.
inline at::Tensor laid_out(const at::Tensor& tensor) {
    return tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
}

}  // namespace detail::safetensors

/// The tensors of a file by their names, as load_all() returns them, and what it could not load.
struct LoadedTensors : std::map<std::string, at::Tensor> {
    using std::map<std::string, at::Tensor>::map;
    /// Why each of the others was not loaded, by name: its dtype, "F8_E4M3". Safetensors::load_bytes gives their bytes.
    std::map<std::string, std::string> not_loaded;
};

/// A safetensors file, open for reading, or several that an index lists. Opening reads and checks the headers; tensors
/// stay on the disk until they are loaded. Copies share the open files, and several threads can read from one. A file
/// that is replaced while it is open (as save_safetensors does) still gives its old tensors.
///
///     const auto weights = Safetensors::open("model.safetensors");  // or "model.safetensors.index.json"
///     at::Tensor embedding = weights.load("wte.weight");
class Safetensors {
public:
    /// Opens a .safetensors file, or the index (.json) of several, which lie beside it.
    /// @throws FileError, with the path, unless the file exists and its whole header is right: JSON without duplicate
    /// keys, and tensors that have the bytes of their shapes and cover the file without gaps or overlaps. Of an index:
    /// unless every file that it lists exists and is right, and no two of them disagree about a tensor.
    static Safetensors open(const std::filesystem::path& path) {
        return detail::naming(path.string(), [&] { return Safetensors(path); });
    }

    SUTURE_REJECTED_DEFAULT("a file is opened by a function: write Safetensors::open(path)", Safetensors);
    SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors, const char*);
    SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors,
                         const std::string&);
    explicit SUTURE_REJECTED_FROM("a file is opened by a function: write Safetensors::open(path)", Safetensors,
                                  InBraces);
    /// In the order of the data in the file, of several files one after the other.
    std::vector<std::string> names() const { return names_; }

    bool contains(std::string_view name) const { return header_.tensors.find(name) != header_.tensors.end(); }

    /// The tensors that the index lists in files which lack them. Writers leave those that share another's memory out of
    /// the files and not always out of the index.
    std::vector<std::string> absent() const {
        std::vector<std::string> names;
        for (const auto& item : missing_) names.push_back(item.first);
        return names;
    }

    /// The tensor's shape. @throws FileError if no tensor has that name
    std::vector<std::int64_t> sizes(std::string_view name) const { return entry(name).sizes; }

    /// The dtype as the file names it: "F32", "BF16", "F8_E4M3", "F4". @throws FileError if no tensor has that name
    std::string stored_dtype(std::string_view name) const { return entry(name).dtype; }

    /// Whether this LibTorch has a type for the tensor's dtype, so that load() gives it. All versions have one for F64, F32,
    /// F16, BF16, C64, I64, I32, I16, I8, U8 and BOOL; newer ones for U64, U32, U16 (2.3) and F8_E4M3, F8_E5M2 (2.1),
    /// F8_E4M3FNUZ, F8_E5M2FNUZ (2.2) and F8_E8M0 (2.7); none for F6_E2M3, F6_E3M2 and F4.
    /// @throws FileError if no tensor has that name
    bool can_load(std::string_view name) const {
        return detail::safetensors::scalar_type_of(entry(name).dtype).has_value();
    }

    /// @throws FileError if no tensor has that name, or if this LibTorch has no type for its dtype
    at::ScalarType dtype(std::string_view name) const {
        const std::string& stored = entry(name).dtype;
        if (const auto type = detail::safetensors::scalar_type_of(stored)) return *type;
        const char* const why = detail::safetensors::find_dtype(stored)
                                    ? ", for which this LibTorch has no type: "
                                    : ", which is not a dtype of the format that suture knows: ";
        throw FileError(path_of(entry(name)) + ": tensor " + detail::in_quotes(name) + " has dtype " +
                        detail::in_quotes(stored) + why + "read its bytes with load_bytes(name)");
    }

    /// The file's metadata: free text by free key, often {"format": "pt"}. Of several files, that of the index.
    std::map<std::string, std::string> metadata() const { return header_.metadata; }

    /// The tensor, contiguous, on the CPU, in storage of its own. Reads only its bytes.
    /// @throws FileError as dtype() does, or if there is not enough memory, the file was cut short since, or a BOOL is
    /// neither 0 nor 1
    at::Tensor load(std::string_view name) const {
        const detail::safetensors::Entry& from = entry(name);
        at::Tensor tensor = room_for(name, from, from.sizes, dtype(name));
        read(name, from, tensor);
        return tensor;
    }

    /// The tensor, contiguous, on the CPU, in the file's own memory: the system reads what is touched, and a page that is
    /// written becomes this program's own and never reaches the file. While the tensor lives, the file must stay as it is;
    /// a new file that is renamed to its name does no harm. What does not lie at a multiple of its values' size is loaded.
    /// @throws FileError as load() does
    at::Tensor map(std::string_view name) const {
        const detail::safetensors::Entry& from = entry(name);
        const at::ScalarType type = dtype(name);
        const Data& data = files_[from.file];
        const std::uint64_t begin = data.begin + from.begin;
        if (from.bytes() == 0 || type == at::kBool || begin % c10::elementSize(type) != 0) return load(name);
        const std::shared_ptr<const detail::MappedFile> mapped = mapping_of(data);
        if (begin + from.bytes() > mapped->bytes().size()) return load(name);  // says that it was cut short
        return at::from_blob(
            mapped->at(begin), from.sizes, [mapped](void*) {}, at::TensorOptions().dtype(type));
    }

    /// The bytes of the tensor as the file has them, [bytes] of uint8, whatever its dtype. Values of less than a byte are
    /// packed: two of F4, four of F6 in three bytes.
    /// @throws FileError if no tensor has that name, not enough memory, or the file was cut short since
    at::Tensor load_bytes(std::string_view name) const {
        const detail::safetensors::Entry& from = entry(name);
        at::Tensor bytes = room_for(name, from, static_cast<std::int64_t>(from.bytes()), at::kByte);
        read(name, from, bytes);
        return bytes;
    }

    /// Every tensor for whose dtype this LibTorch has a type, by its name; `not_loaded` of the result names the others.
    /// @throws FileError as load() does, but not for a dtype
    LoadedTensors load_all() const {
        LoadedTensors tensors;
        for (const std::string& name : names_)
            if (can_load(name))
                tensors.emplace(name, load(name));
            else
                tensors.not_loaded.emplace(name, stored_dtype(name));
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
    /// An open file: the tensors' data begin here.
    struct Data {
        std::filesystem::path path;
        std::shared_ptr<const detail::InputFile> file;
        std::uint64_t begin = 0;
        std::shared_ptr<std::weak_ptr<const detail::MappedFile>> mapped =
            std::make_shared<std::weak_ptr<const detail::MappedFile>>();
    };

    explicit Safetensors(const std::filesystem::path& path) : path_(path) {
        if (path.extension() == ".json")
            open_listed();
        else
            header_ = open_file(path, names_);
    }

    /// Opens one file, appends the names of its tensors, and returns its header.
    detail::safetensors::Header open_file(const std::filesystem::path& path, std::vector<std::string>& names) {
        auto file = std::make_shared<const detail::InputFile>(path);
        const std::string text = detail::safetensors::read_header(*file);
        const std::uint64_t begin = detail::safetensors::length_bytes + text.size();
        detail::safetensors::Header header = detail::safetensors::parse_header(text);
        for (std::string& name : detail::safetensors::names_in_order(header, file->size() - begin))
            names.push_back(std::move(name));
        for (auto& item : header.tensors) item.second.file = files_.size();
        files_.push_back(Data{path, std::move(file), begin});
        return header;
    }

    /// Opens the files of the index at path_.
    void open_listed() {
        detail::safetensors::ShardIndex index = detail::safetensors::read_index(detail::InputFile(path_));
        std::set<std::string> listed;
        for (const auto& item : index.files) listed.insert(item.second);
        for (const std::string& file : listed) open_shard(file, listed, index);
        for (auto& [name, file] : index.files)
            if (!contains(name)) missing_.emplace(name, std::move(file));
        header_.metadata = std::move(index.metadata);
    }
    void open_shard(const std::string& file, const std::set<std::string>& listed,
                    const detail::safetensors::ShardIndex& index) {
        const std::filesystem::path path = path_.parent_path() / file;
        if (!std::filesystem::exists(path)) refuse_absent(listed);
        std::vector<std::string> names;
        detail::safetensors::Header header =
            detail::naming("it lists " + detail::in_quotes(file), [&] { return open_file(path, names); });
        for (std::string& name : names) {
            const detail::safetensors::Entry& entry = header.tensors.find(name)->second;
            const auto [at, is_new] = header_.tensors.try_emplace(name, entry);
            if (is_new) {
                names_.push_back(std::move(name));
                continue;
            }
            check_same(name, at->second, entry);
            const auto given = index.files.find(name);
            if (given != index.files.end() && given->second == file) at->second = entry;
        }
    }
    [[noreturn]] void refuse_absent(const std::set<std::string>& listed) const {
        std::vector<std::string> absent;
        for (const std::string& file : listed)
            if (!std::filesystem::exists(path_.parent_path() / file)) absent.push_back(file);
        const std::string link =
            std::filesystem::is_symlink(path_.parent_path() / absent.front()) ? " (a symbolic link to nothing)" : "";
        detail::refuse_file(std::to_string(absent.size()) + " of the " + std::to_string(listed.size()) +
                                " files that it lists are not there, such as " + detail::in_quotes(absent.front()) +
                                link,
                            "download them to the same directory");
    }
    /// @throws FileError unless two files hold the same tensor under one name
    void check_same(const std::string& name, const detail::safetensors::Entry& a,
                    const detail::safetensors::Entry& b) const {
        bool is_same = a.dtype == b.dtype && a.sizes == b.sizes && a.bytes() == b.bytes();
        if (is_same) {
            const auto bytes = [&](const detail::safetensors::Entry& of) {
                at::Tensor loaded = room_for(name, of, static_cast<std::int64_t>(of.bytes()), at::kByte);
                read(name, of, loaded);
                return loaded;
            };
            const at::Tensor first = bytes(a), second = bytes(b);
            is_same = a.bytes() == 0 || std::memcmp(first.data_ptr(), second.data_ptr(), a.bytes()) == 0;
        }
        if (!is_same)
            detail::refuse_file("two of its files have a tensor " + detail::in_quotes(name) + ", and they differ (" +
                                    files_[a.file].path.filename().string() + " and " +
                                    files_[b.file].path.filename().string() + ")",
                                "download or write all files again");
    }

    /// One mapping serves all tensors of a file, as long as one of them lives.
    static std::shared_ptr<const detail::MappedFile> mapping_of(const Data& data) {
        if (auto known = data.mapped->lock()) return known;
        auto made = detail::naming(data.path.string(), [&] { return data.file->mapped(); });
        *data.mapped = made;
        return made;
    }

    std::string path_of(const detail::safetensors::Entry& entry) const { return files_[entry.file].path.string(); }

    const detail::safetensors::Entry& entry(std::string_view name) const {
        if (const auto found = header_.tensors.find(name); found != header_.tensors.end()) return found->second;
        if (const auto absent = missing_.find(name); absent != missing_.end())
            throw FileError(path_.string() + ": it lists tensor " + detail::in_quotes(name) + " in " +
                            detail::in_quotes(absent->second) +
                            ", which has none of that name: " + detail::fetch_again);
        const std::string missing = path_.string() + ": there is no tensor " + detail::in_quotes(name);
        if (names_.empty()) throw FileError(missing + ": the file has no tensors");
        throw FileError(missing + ": it has " + detail::safetensors::names_like(name, names_));
    }

    void read(std::string_view name, const detail::safetensors::Entry& from, at::Tensor& into) const {
        const Data& data = files_[from.file];
        detail::naming(data.path.string(), [&] {
            detail::naming("tensor " + detail::in_quotes(name), [&] {
                data.file->read(data.begin + from.begin, into.data_ptr(), from.bytes());
                if (into.scalar_type() == at::kBool) detail::safetensors::check_bools(into);
            });
        });
    }

    /// @throws FileError if there is not enough memory for the tensor: a sparse file may claim any size
    at::Tensor room_for(std::string_view name, const detail::safetensors::Entry& from, at::IntArrayRef sizes,
                        at::ScalarType dtype) const {
        try {
            return at::empty(sizes, at::TensorOptions().dtype(dtype).device(at::kCPU));
        } catch (const c10::Error&) {
            throw FileError(path_of(from) + ": tensor " + detail::in_quotes(name) + " needs " +
                            detail::bytes_text(from.bytes()) +
                            " of memory, more than is available: load it on a larger machine");
        }
    }

    std::filesystem::path path_;
    std::vector<Data> files_;
    detail::safetensors::Header header_;
    std::vector<std::string> names_;
    std::map<std::string, std::string, std::less<>> missing_;  ///< listed by the index in a file that lacks it
};

namespace detail::safetensors {
/// Writes the tensors and the metadata to a file that is yet to be published. @throws as save_safetensors
inline void write(NewFile& file, const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                  const std::map<std::string, std::string>& metadata) {
    std::vector<const NamedTensor*> order;
    std::string header;
    naming(path.string(), [&] {
        order = writing_order(tensors);
        header = encode_header(order, metadata);
    });
    const std::uint64_t length = header.size();
    file.write(&length, sizeof length);
    file.write(header);
    for (const NamedTensor* const named : order) {
        const at::Tensor plain = laid_out(named->second);
        file.write(plain.data_ptr(), plain.nbytes());
    }
}
}  // namespace detail::safetensors

/// Writes the tensors, on any device, with any strides, with or without gradients, and the metadata. The file appears
/// completely or not at all, as a NewFile does. Tensors that share storage are each written in full.
/// @throws FileError, with the path: before anything is written if a tensor is undefined, not dense, without values, of a
/// dtype that the format lacks, or named "__metadata__"; and if the system refuses to write
/// @post Safetensors::open(path).load_all() == tensors, bit for bit
inline void save_safetensors(const std::filesystem::path& path, const std::map<std::string, at::Tensor>& tensors,
                             const std::map<std::string, std::string>& metadata = {}) {
    NewFile file(path);
    detail::safetensors::write(file, path, tensors, metadata);
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
