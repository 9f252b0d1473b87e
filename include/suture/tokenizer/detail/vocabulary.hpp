// The vocabulary of a tokenizer: texts with different numbers, as in a Hugging Face `vocab.json`.
#pragma once

#include "suture/core/component.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/json_object.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// A token: its id and its text.
struct Token {
    Index id = 0;
    std::string text;
};

/// The message for an id without a token, where ids are from 0 to `size - 1`.
inline std::string no_token(Index id, Index size) {
    if (id >= 0 && id < size)
        return std::to_string(id) + " is the id of no token: the vocabulary leaves it out, so give another one";
    return std::to_string(id) + " is not a token id: give one from 0 to " + std::to_string(size - 1);
}

/// Texts by id, and ids by text. Ids need not follow one another.
class Vocabulary {
public:
    /// @pre no id and no text is in the list twice, and ids are from 0 to `largest_id`
    explicit Vocabulary(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
        std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) { return a.id < b.id; });
        ids_.reserve(tokens_.size());
        for (const Token& token : tokens_) ids_.emplace(token.text, token.id);
    }

    /// Beyond any real vocabulary, and so small that two ids are one number.
    static constexpr Index largest_id = 0x7FFFFFFF;

    /// One past the largest id.
    Index size() const { return tokens_.empty() ? 0 : tokens_.back().id + 1; }
    /// By id.
    const std::vector<Token>& tokens() const { return tokens_; }
    std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        for (const Token& token : tokens_) texts.push_back(token.text);
        return texts;
    }

    /// The text of an id; null if it has none.
    const std::string* find_text(Index id) const {
        const auto at = static_cast<std::size_t>(id);
        if (id >= 0 && at < tokens_.size() && tokens_[at].id == id)
            return &tokens_[at].text;  // no id is missing before it
        const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), id,
                                            [](const Token& token, Index wanted) { return token.id < wanted; });
        return found == tokens_.end() || found->id != id ? nullptr : &found->text;
    }
    /// @throws ValueError if there is no such id, or it has no text
    const std::string& text(Index id) const {
        if (const std::string* const text = find_text(id)) return *text;
        throw ValueError(no_token(id, size()));
    }
    std::optional<Index> find(std::string_view text) const {
        const auto found = ids_.find(text);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::vector<Token> tokens_;
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

/// How deep the brackets of a JSON text are nested.
inline std::size_t json_depth(std::string_view text) {
    std::size_t depth = 0, deepest = 0;
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') is_quoted = !is_quoted;
        if (is_quoted && c == '\\') ++at;
        if (is_quoted) continue;
        if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
        if ((c == ']' || c == '}') && depth > 0) --depth;
    }
    return deepest;
}

/// The value in a file of JSON. Copies and comparisons of values recur, so brackets nest only so deep.
/// @param remedy what a message ends with
/// @throws FileError, with the file, if it cannot be read or is not such JSON
template <class Json>
Json read_json(const std::filesystem::path& file, const char* remedy) {
    constexpr std::size_t deepest = 200;
    const std::string bytes = read_text(file);
    if (json_depth(bytes) > deepest)
        throw FileError(file.string() + " is JSON that is nested more than " + std::to_string(deepest) +
                        " deep: " + remedy);
    try {
        return Json::parse(bytes);
    } catch (const nlohmann::json::exception& e) {
        throw FileError(file.string() + " is not JSON (" + parse_reason(e) + "): " + remedy);
    }
}

/// Reads the tokens of a vocab.json, `{"text": id, ...}`.
class VocabularyFile {
public:
    /// @throws FileError unless the file holds an object whose values are different numbers from 0
    static Vocabulary read(const std::filesystem::path& file) {
        const VocabularyFile reader(file.string());
        return reader.tokens(read_json<nlohmann::json>(file, remedy));
    }
    /// The same for an object that was read, which messages call by the name.
    static Vocabulary read(const nlohmann::json& entries, std::string name) {
        return VocabularyFile(std::move(name)).tokens(entries);
    }

private:
    explicit VocabularyFile(std::string name) : name_(std::move(name)) {}

    Vocabulary tokens(const nlohmann::json& entries) const {
        if (!entries.is_object()) refuse("is JSON, but not an object");
        if (entries.empty()) refuse("has no entries");
        std::vector<Token> tokens;
        std::unordered_map<Index, std::string_view> by_id;
        tokens.reserve(entries.size());
        for (const auto& [text, id] : entries.items()) {
            tokens.push_back({id_of(text, id), text});
            if (const auto [other, is_new] = by_id.emplace(tokens.back().id, text); !is_new)
                refuse("has the id " + json_text(id) + " for " + in_quotes(other->second) + " and for " +
                       in_quotes(text));
        }
        return Vocabulary(std::move(tokens));
    }
    Index id_of(const std::string& text, const nlohmann::json& id) const {
        const auto number = natural_number(id);
        if (!number || *number > Vocabulary::largest_id)
            refuse("has the id " + json_text(id) + " for " + in_quotes(text) + " but ids are integers from 0");
        return static_cast<Index>(*number);
    }
    [[noreturn]] void refuse(const std::string& what) const { throw FileError(name_ + " " + what + ": " + remedy); }

    static constexpr const char* remedy = "use a tokenizer's vocab.json, {\"text\": id, ...} with ids 0, 1, 2, ...";
    std::string name_;
};

}  // namespace suture::detail
