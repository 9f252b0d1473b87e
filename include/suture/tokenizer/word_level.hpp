// A tokenizer of whole words: a vocabulary without a way to build unknown words from parts. It is meant for small
// models whose texts use a few hundred words.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/pattern.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// A word of letters, digits and underscores, or one other character that is not white space.
inline const Pattern& words_and_marks() {
    static const std::string letter = "\\p{L}\\p{M}\\p{N}_";
    static const Pattern parts("[" + letter + "]+|[^" + letter + white_space + "]");
    return parts;
}
}  // namespace detail

/// The tokenizer of a `vocab.json` alone. Each word and each punctuation mark is a token; white space is dropped:
/// "Then, stop." is "Then" "," "stop" ".". Where the vocabulary joins adjacent ones, as in "'s", "don't" or
/// "<|endoftext|>", they are one token; the longest wins. Several threads can use it at once.
/// Law: encode(decode(ids)) == ids if every entry is one word or one mark.
class WordLevel {
public:
    /// @throws FileError if it cannot be read, is not a vocab.json, or belongs to a byte-level tokenizer
    static WordLevel read(const std::filesystem::path& vocabulary_file) {
        WordLevel words(detail::VocabularyFile::read(vocabulary_file));
        if (words.tokens_.find("Ġ"))  // a space in the byte alphabet: not a word, but in every byte-level vocabulary
            throw FileError(vocabulary_file.string() +
                            " belongs to a byte-level tokenizer: put its merges.txt beside it");
        return words;
    }

    /// @throws ValueError if the text is not UTF-8, or has a word that the vocabulary lacks
    std::vector<Index> encode(std::string_view text) const {
        check_utf8(text);
        std::vector<std::string_view> parts;
        detail::words_and_marks().for_each_match(text, [&](std::string_view part) { parts.push_back(part); });
        std::vector<Index> ids;
        for (std::size_t at = 0; at < parts.size();) {
            const Found found = longest_token(parts, at);
            if (found.parts == 0) refuse(parts[at], static_cast<std::size_t>(parts[at].data() - text.data()));
            ids.push_back(found.id);
            at += found.parts;
        }
        return ids;
    }

    /// The words with a space between two, but none before , . ; : ! ? and apostrophes.
    /// @throws ValueError if an id is not in the vocabulary
    std::string decode(const std::vector<Index>& ids) const {
        std::string text;
        for (const Index id : ids) {
            const std::string& word = tokens_.text(id);
            if (!text.empty() && !leans_left(word)) text += " ";
            text += word;
        }
        return text;
    }

    /// The words, by id.
    const detail::Vocabulary& tokens() const { return tokens_; }

private:
    struct Found {
        Index id = 0;
        std::size_t parts = 0;
    };

    explicit WordLevel(detail::Vocabulary tokens) : tokens_(std::move(tokens)) {
        for (const detail::Token& word : tokens_.tokens()) longest_ = std::max(longest_, word.text.size());
    }

    /// The longest token that adjoining parts form, from the given one on; of 0 parts if there is none.
    Found longest_token(const std::vector<std::string_view>& parts, std::size_t first) const {
        Found longest;
        std::string_view joined = parts[first];
        for (std::size_t next = first + 1; joined.size() <= longest_; ++next) {
            if (const auto id = tokens_.find(joined)) longest = {*id, next - first};
            if (next == parts.size() || parts[next].data() != joined.data() + joined.size()) break;
            joined = {joined.data(), joined.size() + parts[next].size()};
        }
        return longest;
    }
    static bool leans_left(std::string_view word) {
        constexpr std::array<std::string_view, 8> marks{",", ".", ";", ":", "!", "?", "'", "’"};
        return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) { return word.starts_with(mark); });
    }
    [[noreturn]] void refuse(std::string_view word, std::size_t offset) const {
        throw ValueError(detail::in_quotes(word) + " at byte " + std::to_string(offset) + " is not in the vocabulary" +
                         detail::near_words(word, tokens_.texts()) + ": use the words of vocab.json");
    }

    detail::Vocabulary tokens_;
    std::size_t longest_ = 0;  ///< the length of the longest word in bytes
};

}  // namespace suture
