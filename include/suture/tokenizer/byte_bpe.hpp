// GPT-2's tokenizer: byte-level byte pair encoding (Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.2; OpenAI's encoder.py). A text is cut into words, and the bytes of each word are merged.
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
/// What GPT-2 merges within: a word with the space before it, a number, a run of other marks, white space. A letter is
/// what PCRE2's version of Unicode says is one.
inline const pattern& gpt2_words() {
    static const std::string white = white_space;
    static const pattern words("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" + white + "\\p{L}\\p{N}]+|[" + white +
                               "]+(?![^" + white + "])|[" + white + "]+");
    return words;
}
}  // namespace detail

/// The tokenizer of a `vocab.json` and a `merges.txt`. Several threads may use one.
class ByteBpe {
public:
    /// The token that ends a document. Where a text has it, and the vocabulary too, it is this one token.
    static constexpr std::string_view end_of_text = "<|endoftext|>";

    /// @throws FileError, with the file, unless the vocabulary has every byte and is the one that the merges belong to
    static ByteBpe read(const std::filesystem::path& VocabularyFile, const std::filesystem::path& merges_file) {
        detail::vocabulary tokens = read_tokens(VocabularyFile);
        const auto byte_ids = ids_of_bytes(tokens, VocabularyFile.string());
        detail::MergeTable merges = detail::MergeTable::read(merges_file, tokens);
        return ByteBpe(std::move(tokens), byte_ids, std::move(merges));
    }

    /// @throws ValueError, with the offset, if the text is not UTF-8
    std::vector<extent> encode(std::string_view text) const {
        detail::check_utf8(text);
        std::vector<extent> ids;
        for (;;) {
            const std::size_t at = end_id_ ? text.find(end_of_text) : text.npos;
            encode_words(text.substr(0, at), ids);
            if (at == text.npos) return ids;
            ids.push_back(*end_id_);
            text.remove_prefix(at + end_of_text.size());
        }
    }

    /// The tokens' bytes one after the other, with U+FFFD where they are not UTF-8: ids may cut a character in half.
    /// @throws ValueError if an id is none of the vocabulary's
    std::string decode(const std::vector<extent>& ids) const {
        std::string bytes;
        for (const extent id : ids) bytes += tokens_.text(id);
        return detail::replaced_utf8(bytes);
    }

    /// The bytes of each token, by id.
    const detail::vocabulary& tokens() const { return tokens_; }

private:
    using byte_ids = std::array<extent, 256>;

    ByteBpe(detail::vocabulary tokens, const byte_ids& bytes, detail::MergeTable merges)
        : tokens_(std::move(tokens)), byte_ids_(bytes), merges_(std::move(merges)), end_id_(tokens_.find(end_of_text)) {
        for (extent id = 0; id < tokens_.size(); ++id) whole_.push_back(merged(tokens_.text(id)) == std::vector{id});
    }

    static detail::vocabulary read_tokens(const std::filesystem::path& file) {
        std::vector<std::string> texts = detail::VocabularyFile::read(file);
        for (std::string& text : texts) {
            std::optional<std::string> bytes = detail::alphabet_bytes(text);
            if (!bytes)
                throw FileError(file.string() + ": " + detail::in_quotes(text) +
                                " has a character that stands for no byte: use a byte-level tokenizer's vocab.json");
            text = std::move(*bytes);
        }
        return detail::vocabulary(std::move(texts));
    }
    static byte_ids ids_of_bytes(const detail::vocabulary& tokens, const std::string& file) {
        byte_ids ids{};
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

    void encode_words(std::string_view text, std::vector<extent>& ids) const {
        detail::gpt2_words().for_each_match(text, [&](std::string_view word) {
            if (const auto id = tokens_.find(word); id && whole_[static_cast<std::size_t>(*id)]) {
                ids.push_back(*id);
            } else {
                const std::vector<extent> parts = merged(word);
                ids.insert(ids.end(), parts.begin(), parts.end());
            }
        });
    }
    std::vector<extent> merged(std::string_view word) const {
        std::vector<extent> ids;
        for (const char byte : word) ids.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
        return merges_.merged(ids);
    }

    detail::vocabulary tokens_;
    byte_ids byte_ids_;
    detail::MergeTable merges_;
    std::optional<extent> end_id_;
    std::vector<bool> whole_;  ///< by id: its bytes merge back into it, so that such a word needs no merging
};

}  // namespace suture
