// The vocabulary of a tokenizer: texts numbered 0, 1, 2, ... without gaps, as in a Hugging Face `vocab.json`.
#pragma once

#include "suture/core/component.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// Texts by id, and ids by text.
class Vocabulary {
public:
    /// A text's id is its index in the list. @pre no text is in the list twice
    explicit Vocabulary(std::vector<std::string> texts) : texts_(std::move(texts)) {
        for (Index id = 0; id < size(); ++id) ids_.emplace(text(id), id);
    }

    Index size() const { return static_cast<Index>(texts_.size()); }
    const std::vector<std::string>& texts() const { return texts_; }

    /// @throws ValueError if there is no such id
    const std::string& text(Index id) const {
        if (id < 0 || id >= size())
            throw ValueError(std::to_string(id) + " is not a token id: give one from 0 to " +
                             std::to_string(size() - 1));
        return texts_[static_cast<std::size_t>(id)];
    }
    std::optional<Index> find(std::string_view text) const {
        const auto found = ids_.find(text);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::vector<std::string> texts_;
    std::unordered_map<std::string, Index, Hash, std::equal_to<>> ids_;
};

/// The bytes of a file.
/// @throws FileError if it cannot be read
inline std::string read_text(const std::filesystem::path& file) {
    std::error_code ignored;  // anything other than a file has no size, and is refused below
    const bool is_file = std::filesystem::is_regular_file(file, ignored);
    std::string text(is_file ? std::filesystem::file_size(file, ignored) : 0, '\0');
    std::ifstream in(file, std::ios::binary);
    if (!is_file || !in.read(text.data(), static_cast<std::streamsize>(text.size())))
        throw FileError(file.string() + " cannot be read: give a readable file");
    return text;
}

/// Reads the texts of a vocab.json, `{"text": id, ...}`, ordered by id.
class VocabularyFile {
public:
    /// @throws FileError unless the file holds an object whose N values are the numbers 0 to N - 1
    static std::vector<std::string> read(const std::filesystem::path& file) {
        const VocabularyFile reader(file.string());
        const nlohmann::json entries = reader.parse(read_text(file));
        std::map<std::uint64_t, std::string> by_id;
        for (const auto& [text, id] : entries.items())
            if (const auto [other, is_new] = by_id.emplace(reader.id_of(text, id), text); !is_new)
                reader.refuse("has the id " + json_text(id) + " for " + in_quotes(other->second) + " and for " +
                              in_quotes(text));
        return reader.without_gaps(by_id);
    }

private:
    explicit VocabularyFile(std::string name) : name_(std::move(name)) {}

    nlohmann::json parse(const std::string& bytes) const {
        nlohmann::json entries;
        try {
            entries = nlohmann::json::parse(bytes);
        } catch (const nlohmann::json::exception& e) {
            const std::string_view reason =
                e.what();  // "[json.exception...] parse error at ...", or a number beyond double
            refuse("is not JSON (" + visible_text(reason.substr(reason.find("] ") + 2)) + ")");
        }
        if (!entries.is_object()) refuse("is JSON, but not an object");
        if (entries.empty()) refuse("has no entries");
        return entries;
    }
    std::uint64_t id_of(const std::string& text, const nlohmann::json& id) const {
        if (!id.is_number_unsigned())
            refuse("has the id " + json_text(id) + " for " + in_quotes(text) + " but ids are integers from 0");
        return id.get<std::uint64_t>();
    }
    std::vector<std::string> without_gaps(std::map<std::uint64_t, std::string>& by_id) const {
        std::vector<std::string> texts;
        for (auto& [id, text] : by_id) {
            if (id != texts.size())
                refuse("has no entry with the id " + std::to_string(texts.size()) + ", but " + in_quotes(text) +
                       " has " + std::to_string(id));
            texts.push_back(std::move(text));
        }
        return texts;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        throw FileError(name_ + " " + what +
                        ": use a tokenizer's vocab.json, {\"text\": id, ...} with ids 0, 1, 2, ...");
    }

    std::string name_;
};

}  // namespace suture::detail
