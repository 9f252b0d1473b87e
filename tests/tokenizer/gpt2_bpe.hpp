// GPT-2's published tokenizer, reduced to the part that the cases of gpt2_bpe/cases.json need.
#pragma once

#include "file/files.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>
#include <string>

namespace gpt2_bpe {

inline std::filesystem::path data() { return std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/tokenizer/gpt2_bpe"; }

/// The vocabulary with its published ids. Omitted entries are replaced by ones that no merge produces, because a
/// vocabulary has no gaps.
inline nlohmann::json vocabulary() {
    nlohmann::json entries = nlohmann::json::parse(files::bytes_of(data() / "vocab.json"));
    std::set<int> taken;
    for (const auto& id : entries) taken.insert(id.get<int>());
    for (int id = 0; id < *taken.rbegin(); ++id)
        if (!taken.contains(id)) entries["<left-out-" + std::to_string(id) + ">"] = id;
    return entries;
}

/// A directory with these entries and the published merges among them.
inline void write_directory(const files::Folder& folder, const nlohmann::json& entries = vocabulary()) {
    files::write_bytes(folder / "vocab.json", entries.dump());
    std::filesystem::copy_file(data() / "merges.txt", folder / "merges.txt");
}

}  // namespace gpt2_bpe
