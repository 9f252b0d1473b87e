// Shared by the tests of exported models: the archives that PyTorch wrote (data/), and archives written byte by byte.
#pragma once

#include "suture/exported/detail/weights.hpp"
#include "suture/exported/detail/zip_directory.hpp"

#include "file/files.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace archives {

using namespace files;
using suture::detail::ExportedArchive;
using Json = nlohmann::json;

/// An archive that PyTorch wrote: "gpt2" of data/gpt2.pt2.
inline fs::path written_by_pytorch(const std::string& name) {
    return fs::path(SUTURE_SOURCE_DIR) / "tests/exported/data" / (name + ".pt2");
}

inline const std::vector<std::string> pytorch_archives{
    "own",       "own_dynamic",  "gpt2",          "gpt2_dynamic",
    "gpt2_sdpa", "neox_dynamic", "llama_dynamic", "llama_sdpa_dynamic",
    "falcon",    "vit",          "twice",         "counter",
    "scopes",    "storages"};

/// A record of a zip archive as its entry in the directory describes it, right or wrong.
struct ZipEntry {
    std::string name, bytes;
    std::uint16_t flags = 0, method = 0;
    std::uint64_t size = bytes.size(), stored = bytes.size();
    std::uint64_t header = 0;       ///< added to the true offset of its local header
    std::string local_name = name;  ///< in the local header
};

/// How an archive is written.
struct ZipStyle {
    bool zip64 = false;
    std::uint64_t alignment = 64;  ///< of the records' bytes
    std::string comment = "";
    std::uint64_t count = 0, begin = 0, end64_count = 0;  ///< added to the true numbers of the end
};

template <class Number>
std::string encoded(std::uint64_t value) {
    return little_endian(value).substr(0, sizeof(Number));
}

inline std::string encoded16(std::uint64_t value) { return encoded<std::uint16_t>(value); }
inline std::string encoded32(std::uint64_t value) { return encoded<std::uint32_t>(value); }

/// A zip archive of these records.
inline std::string zip_of(const std::vector<ZipEntry>& entries, const ZipStyle& style = {}) {
    using namespace suture::detail::zip;
    std::string file, directory;
    for (const ZipEntry& e : entries) {
        const std::uint64_t header = file.size() + e.header;
        std::uint64_t padding = 4;
        while ((file.size() + local_bytes + e.local_name.size() + padding) % style.alignment != 0) ++padding;
        file += std::string(local_signature) + encoded16(0) + encoded16(e.flags) + encoded16(e.method) +
                std::string(8, '\0') + encoded32(e.stored) + encoded32(e.size) + encoded16(e.local_name.size()) +
                encoded16(padding) + e.local_name + "FB" + encoded16(padding - 4) + std::string(padding - 4, 'Z') +
                e.bytes;
        const auto small = [&](std::uint64_t n) { return encoded32(style.zip64 ? saturated32 : n); };
        const std::string extra = style.zip64
                                      ? encoded16(7) + encoded16(2) + "ab" + encoded16(zip64_field) + encoded16(24) +
                                            little_endian(e.size) + little_endian(e.stored) + little_endian(header)
                                      : "";
        directory += std::string(entry_signature) + encoded16(0) + encoded16(0) + encoded16(e.flags) +
                     encoded16(e.method) + std::string(8, '\0') + small(e.stored) + small(e.size) +
                     encoded16(e.name.size()) + encoded16(extra.size()) + encoded16(0) + std::string(8, '\0') +
                     small(header) + e.name + extra;
    }
    const std::uint64_t count = entries.size() + style.count, begin = file.size() + style.begin;
    const std::uint64_t end64 = file.size() + directory.size(), size = directory.size();
    file += directory;
    if (style.zip64)
        file += std::string(end64_signature) + little_endian(44) + std::string(12, '\0') +
                little_endian(count + style.end64_count) + little_endian(count + style.end64_count) +
                little_endian(size) + little_endian(begin) + std::string(locator_signature) + encoded32(0) +
                little_endian(end64) + encoded32(1);
    return file + std::string(end_signature) + std::string(4, '\0') + encoded16(count) + encoded16(count) +
           encoded32(size) + encoded32(begin) + encoded16(style.comment.size()) + style.comment;
}

/// The records of an archive, by their names without the root folder.
using Records = std::vector<std::pair<std::string, std::string>>;

/// An archive of these records in one folder.
inline std::string archive_of(const Records& records, const ZipStyle& style = {}) {
    std::vector<ZipEntry> entries;
    for (const auto& [name, bytes] : records) entries.push_back({"m/" + name, bytes});
    return zip_of(entries, style);
}

inline std::string& record_of(Records& records, const std::string& name) {
    const auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.first == name; });
    return found == records.end() ? records.emplace_back(name, "").second : found->second;
}

/// The records with one of them replaced or added.
inline Records with(Records records, const std::string& name, const std::string& bytes) {
    record_of(records, name) = bytes;
    return records;
}

inline Records without(Records records, const std::string& name) {
    std::erase_if(records, [&](const auto& record) { return record.first == name; });
    return records;
}

/// An entry of a configuration: a float32 of shape [2, 3] in weight_0.
inline Json payload(const Json& changes = Json::object()) {
    Json made = Json::parse(R"({"path_name": "weight_0", "is_param": true, "use_pickle": false, "tensor_meta": {
        "dtype": 7, "sizes": [{"as_int": 2}, {"as_int": 3}], "strides": [{"as_int": 3}, {"as_int": 1}],
        "storage_offset": {"as_int": 0}, "layout": 7, "requires_grad": true, "device": {"type": "cpu", "index": null}}})");
    made.merge_patch(changes);
    return made;
}

/// `{"tensor_meta": changes}`
inline Json meta(const Json& changes) { return {{"tensor_meta", changes}}; }

/// `[{"as_int": 2}, {"as_int": 3}]`
inline Json ints(const std::vector<std::int64_t>& numbers) {
    Json list = Json::array();
    for (const std::int64_t number : numbers) list.push_back({{"as_int", number}});
    return list;
}

inline std::string bytes_of(const std::vector<float>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

/// The records of an archive with these entries of weights, and weight_0 of 24 bytes.
inline Records records_with(const Json& weights, const Json& constants = Json::object()) {
    return {{"data/weights/weight_0", bytes_of(std::vector<float>{0, 1, 2, 3, 4, 5})},
            {"data/weights/model_weights_config.json", Json{{"config", weights}}.dump()},
            {"data/constants/model_constants_config.json", Json{{"config", constants}}.dump()},
            {"models/model.json", "{}"},
            {"data/sample_inputs/model.pt", "a pickle"},
            {"archive_format", "pt2"},
            {"archive_version", "0"},
            {"byteorder", "little"}};
}

/// Those of an archive with one weight, "w".
inline Records sound_records() { return records_with({{"w", payload()}}); }

/// An archive of these bytes, in the folder's file "some.pt2".
inline ExportedArchive open_bytes(const Folder& folder, const std::string& bytes) {
    fs::remove(folder / "some.pt2");  // rewriting it would wait for the disk, and change what an earlier archive maps
    write_bytes(folder / "some.pt2", bytes);
    return ExportedArchive(folder / "some.pt2");
}

/// The message of the error from reading an archive of these bytes with its weights; empty if there is none.
inline std::string archive_refusal(const std::string& bytes) {
    const Folder folder;
    return error_of([&] { read_weights(open_bytes(folder, bytes)); });
}

/// Checks that the error has these parts and, behind them, a remedy.
inline void check_archive_refused(const std::string& bytes, const std::vector<std::string>& parts) {
    const std::string message = archive_refusal(bytes);
    CAPTURE(message);
    for (const std::string& part : parts) {
        CAPTURE(part);
        CHECK(contains(message, part));
    }
    CHECK(contains(message, ": "));
}

}  // namespace archives
