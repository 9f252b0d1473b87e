// GPT-2's tokenizer: byte-level byte pair encoding (Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.2; OpenAI's encoder.py). A text is split into words, and the bytes of each word are merged.
// Law: decode(encode(text)) == text.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/pattern.hpp"
#include "suture/text/utf8.hpp"
#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/merges.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

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
/// GPT-2 merges only within these: a word or number with the space before it, a sequence of other marks, white space.
/// Letters are those of PCRE2's version of Unicode.
inline const Pattern& gpt2_words() {
    static const std::string white = white_space;
    static const Pattern words("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" + white + "\\p{L}\\p{N}]+|[" + white +
                               "]+(?![^" + white + "])|[" + white + "]+");
    return words;
}
}  // namespace detail

/// The tokenizer of a `vocab.json` and a `merges.txt`. Several threads can use it at once.
class ByteBpe {
public:
    /// The token that ends a document. If the vocabulary has it, it is encoded as one token wherever a text contains
    /// it.
    static constexpr std::string_view end_of_text = "<|endoftext|>";

    /// @throws FileError, with the file, unless the vocabulary has every byte and all tokens of the merges
    static ByteBpe read(const std::filesystem::path& vocabulary_file, const std::filesystem::path& merges_file) {
        detail::Vocabulary tokens = read_tokens(vocabulary_file);
        const auto byte_ids = ids_of_bytes(tokens, vocabulary_file.string());
        detail::MergeTable merges = detail::MergeTable::read(merges_file, tokens);
        return ByteBpe(std::move(tokens), byte_ids, std::move(merges));
    }

    /// @throws ValueError, with the offset, if the text is not UTF-8
    std::vector<Index> encode(std::string_view text) const {
        check_utf8(text);
        std::vector<Index> ids;
        for (;;) {
            const std::size_t at = end_id_ ? text.find(end_of_text) : text.npos;
            encode_words(text.substr(0, at), ids);
            if (at == text.npos) return ids;
            ids.push_back(*end_id_);
            text.remove_prefix(at + end_of_text.size());
        }
    }

    /// The bytes of the tokens, joined, with U+FFFD where they are not UTF-8: an id can end within a character.
    /// @throws ValueError if an id is not in the vocabulary
    std::string decode(const std::vector<Index>& ids) const {
        std::string bytes;
        for (const Index id : ids) bytes += tokens_.text(id);
        return replaced_utf8(bytes);
    }

    /// The bytes of each token, by id.
    const detail::Vocabulary& tokens() const { return tokens_; }

private:
    using ByteIds = std::array<Index, 256>;

    ByteBpe(detail::Vocabulary tokens, const ByteIds& bytes, detail::MergeTable merges)
        : tokens_(std::move(tokens)), byte_ids_(bytes), merges_(std::move(merges)), end_id_(tokens_.find(end_of_text)) {
        for (Index id = 0; id < tokens_.size(); ++id) whole_.push_back(merged(tokens_.text(id)) == std::vector{id});
    }

    static detail::Vocabulary read_tokens(const std::filesystem::path& file) {
        std::vector<std::string> texts = detail::VocabularyFile::read(file);
        for (std::string& text : texts) {
            std::optional<std::string> bytes = detail::alphabet_bytes(text);
            if (!bytes)
                throw FileError(
                    file.string() + ": " + detail::in_quotes(text) +
                    " has a character that does not stand for a byte: use a byte-level tokenizer's vocab.json");
            text = std::move(*bytes);
        }
        return detail::Vocabulary(std::move(texts));
    }
    static ByteIds ids_of_bytes(const detail::Vocabulary& tokens, const std::string& file) {
        ByteIds ids{};
        for (std::size_t byte = 0; byte < ids.size(); ++byte) {
            const auto id = tokens.find(std::string(1, static_cast<char>(byte)));
            if (!id)
                throw FileError(file + " has no entry for the byte 0x" +
                                detail::hex_text(static_cast<unsigned char>(byte)) +
                                ": use a byte-level tokenizer's vocab.json, which has all 256");
            ids[byte] = *id;
        }
        return ids;
    }

    void encode_words(std::string_view text, std::vector<Index>& ids) const {
        detail::gpt2_words().for_each_match(text, [&](std::string_view word) {
            if (const auto id = tokens_.find(word); id && whole_[static_cast<std::size_t>(*id)]) {
                ids.push_back(*id);
            } else {
                const std::vector<Index> parts = merged(word);
                ids.insert(ids.end(), parts.begin(), parts.end());
            }
        });
    }
    std::vector<Index> merged(std::string_view word) const {
        std::vector<Index> ids;
        for (const char byte : word) ids.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
        return merges_.merged(ids);
    }

    detail::Vocabulary tokens_;
    ByteIds byte_ids_;
    detail::MergeTable merges_;
    std::optional<Index> end_id_;
    std::vector<bool> whole_;  ///< by id: whether its bytes merge back into it, so that this word need not be merged
};

}  // namespace suture
