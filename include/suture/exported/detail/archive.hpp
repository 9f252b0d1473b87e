// ExportedArchive: the records of a file that torch.export.save wrote, on the mapped file. Everything else that people
// name by mistake is recognised and refused, with what to do about it.
// Source: https://docs.pytorch.org/docs/stable/user_guide/torch_compiler/export/pt2_archive.html
#pragma once

#include "suture/exported/detail/zip_directory.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/mapped_file.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"

#include <c10/core/Storage.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

inline constexpr const char* export_again =
    "export the model with PyTorch 2.9 or later, torch.export.save(torch.export.export(model, args), \"model.pt2\")";
inline constexpr const char* save_again =
    "load it in Python with PyTorch 2.9 or later and write it again, "
    "torch.export.save(torch.export.load(\"old.pt2\"), \"new.pt2\")";

/// Refuses bytes that are not a zip archive, by what they look like.
[[noreturn]] inline void refuse_foreign(std::string_view file) {
    if (file.size() > 9 && zip::number_at<std::uint64_t>(file, 0) < file.size() && file[8] == '{')
        refuse_file("is a safetensors file, which has weights and no graph", export_again);
    if (file.starts_with("\x80\x02"))
        refuse_file("is a checkpoint of torch.save, which has weights and no graph", export_again);
    if (file.starts_with("version https://git-lfs"))
        refuse_file("is a pointer of Git LFS and not the file itself", "fetch it with git lfs pull");
    if (file.starts_with("\177ELF")) refuse_file("is a compiled library", export_again);
    refuse_file("is not a .pt2 archive: it begins with " + in_quotes(file.substr(0, 16)), export_again);
}

/// A `.pt2` archive, mapped into memory. Copies share the mapping, and so does everything that was read from them. Its
/// errors do not name the path: see `naming`.
class ExportedArchive {
public:
    /// @throws FileError unless the file is a sound archive of torch.export with at least one model
    explicit ExportedArchive(const std::filesystem::path& path) : file_(std::make_shared<const MappedFile>(path)) {
        const std::string_view bytes = file_->bytes();
        if (!bytes.starts_with("PK")) refuse_foreign(bytes);
        strip_root(zip::read_records(bytes));
        check_kind();
        check_text("archive_format", "pt2");
        check_text("archive_version", "0");
        check_text("byteorder", "little");
    }

    /// Of a record's name without the root folder: "models/model.json".
    bool contains(std::string_view record) const { return records_.find(record) != records_.end(); }

    /// The names of all records, sorted, without the root folder.
    std::vector<std::string> records() const {
        std::vector<std::string> names;
        for (const auto& [name, record] : records_) names.push_back(name);
        return names;
    }

    /// The record's bytes, in the mapping. @throws FileError if there is no such record or it is compressed
    std::string_view bytes(std::string_view record) const {
        const zip::Record& found = find(record);
        return file_->bytes().substr(found.begin, found.size);
    }

    /// The record's bytes as storage on the CPU, which keeps the mapping alive. They are the mapped ones wherever they
    /// are aligned for every dtype, as PyTorch aligns them, and a copy elsewhere. Writing to them never changes the file;
    /// another call for the same record sees it.
    /// @throws FileError as bytes() does
    c10::Storage storage(std::string_view record) const {
        const zip::Record& found = find(record);
        if (found.begin % widest_alignment != 0) return copied(bytes(record));
        auto keeper = std::make_unique<std::shared_ptr<const MappedFile>>(file_);
        char* data = file_->at(found.begin);
        const auto forget = [](void* kept) { delete static_cast<std::shared_ptr<const MappedFile>*>(kept); };
        c10::DataPtr pointer(data, keeper.release(), forget, at::kCPU);
        return c10::Storage(c10::Storage::use_byte_size_t(), found.size, std::move(pointer), nullptr, false);
    }

private:
    static constexpr std::uint64_t widest_alignment = 16;  ///< of complex128

    static c10::Storage copied(std::string_view bytes) {
        const at::Tensor copy = at::empty({static_cast<std::int64_t>(bytes.size())}, at::kByte);
        if (!bytes.empty()) std::memcpy(copy.data_ptr(), bytes.data(), bytes.size());
        return copy.storage();
    }

    /// Keeps the records by their names without the folder that holds all of them.
    void strip_root(std::vector<zip::Record> records) {
        const auto top = [&](const zip::Record& r) { return r.name == "serialized_exported_program.json"; };
        if (std::any_of(records.begin(), records.end(), top))
            refuse_file("was written by PyTorch 2.7 or earlier, which pickled the weights", save_again);
        if (records.empty()) refuse_file("is a zip archive without records", export_again);
        const std::string root = records.front().name.substr(0, records.front().name.find('/') + 1);
        for (zip::Record& record : records) {
            if (root.empty() || !record.name.starts_with(root))
                refuse_file("is a zip archive, but not of PyTorch: its record " + in_quotes(record.name) +
                                " is not in the folder of the others",
                            export_again);
            if (record.name.ends_with('/')) continue;  // a folder
            record.name.erase(0, root.size());
            std::string name = record.name;
            records_.emplace(std::move(name), std::move(record));
        }
    }

    bool has_any(std::string_view folder, std::string_view ending = "") const {
        return std::any_of(records_.begin(), records_.end(), [&](const auto& item) {
            return item.first.starts_with(folder) && item.first.ends_with(ending);
        });
    }

    /// Refuses what other parts of PyTorch write in the same container.
    void check_kind() const {
        if (contains("constants.pkl") || has_any("code/"))
            refuse_file("is a TorchScript model", "open it with script::load(path), or " + std::string(export_again));
        if (contains("data.pkl"))
            refuse_file("is a checkpoint of torch.save, which has weights and no graph", export_again);
        if (has_any("data/weights/", ".pt") || has_any("data/constants/", ".pt"))
            refuse_file("was written by PyTorch 2.8, which pickled the weights", save_again);
        if (has_any("models/", ".json")) return;
        if (has_any("data/aotinductor/"))
            refuse_file("is a package of AOTInductor, compiled code into which no hook can go", export_again);
        refuse_file("is an archive without a model: it has no record models/<name>.json", export_again);
    }

    void check_text(const char* record, std::string_view expected) const {
        if (!contains(record)) refuse_file("the record " + in_quotes(record) + " is missing", export_again);
        if (const std::string_view came = bytes(record); came != expected)
            refuse_file("the " + std::string(record) + " is " + in_quotes(came) + ", but only " + in_quotes(expected) +
                            " can be read",
                        export_again);
    }

    const zip::Record& find(std::string_view record) const {
        const auto found = records_.find(record);
        if (found == records_.end()) refuse_file("the record " + in_quotes(record) + " is missing");
        if (found->second.compressed)
            refuse_file("the record " + in_quotes(record) + " is compressed",
                        "pack it without compression (zip -0), or " + std::string(export_again));
        return found->second;
    }

    std::shared_ptr<const MappedFile> file_;
    std::map<std::string, zip::Record, std::less<>> records_;
};

/// The name of the archive's model: "model" of "models/model.json".
/// @throws FileError if the archive has several
inline std::string model_name(const ExportedArchive& archive) {
    constexpr std::string_view folder = "models/", ending = ".json";
    std::vector<std::string> names;
    for (const std::string& record : archive.records())
        if (record.starts_with(folder) && record.ends_with(ending) && record.size() > folder.size() + ending.size())
            names.push_back(record.substr(folder.size(), record.size() - folder.size() - ending.size()));
    if (names.size() == 1) return names.front();
    if (names.empty()) refuse_file("the archive has no record models/<name>.json", export_again);
    const auto quoted = [](const std::string& name) { return in_quotes(name); };
    refuse_file("the archive has " + std::to_string(names.size()) + " models (" + joined(names, ", ", quoted) + ")",
                "save each in a file of its own");
}

}  // namespace suture::detail
