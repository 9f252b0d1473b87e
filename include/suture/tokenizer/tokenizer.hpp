// From text to token ids and back, by the files of a Hugging Face GPT-2 directory.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/byte_bpe.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"
#include "suture/tokenizer/word_level.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace suture {

/// The tokenizer of a model's directory. Copies share its tables; several threads may use one.
///
///     const auto tokenizer = Tokenizer::open("gpt2");
///     tokenizer.encode("Hello world");      // 15496, 995
///     tokenizer.decode({15496, 995});       // "Hello world"
///     tokenizer.token_text(995);            // " world"
class Tokenizer {
public:
    /// `vocab.json` and `merges.txt`: GPT-2's byte-level BPE. `vocab.json` alone: one token a word, `WordLevel`.
    /// @throws FileError if there is no vocab.json, or one of the two is not what it should be
    static Tokenizer open(const std::filesystem::path& directory) {
        const std::filesystem::path words = directory / "vocab.json", merges = directory / "merges.txt";
        std::error_code ignored;  // what cannot be looked at is not there
        if (!std::filesystem::exists(words, ignored))
            throw FileError(directory.string() +
                            " has no vocab.json (with merges.txt a byte-level BPE, alone a list of words): put the "
                            "tokenizer's files there, or give token ids with --ids");
        if (std::filesystem::exists(merges, ignored)) return Tokenizer(ByteBpe::read(words, merges));
        return Tokenizer(WordLevel::read(words));
    }

    /// The ids of a text. "<|endoftext|>" in it is that one token where the vocabulary has it, as in Hugging Face's.
    /// @throws ValueError, with the place, if the text is not UTF-8 or has a word that a list of words lacks
    std::vector<extent> encode(std::string_view text) const {
        return std::visit([&](const auto& kind) { return kind.encode(text); }, *kind_);
    }

    /// The text of ids. `decode(encode(text)) == text` for byte-level BPE; ids that cut a character in half give U+FFFD
    /// for it, as Python's errors="replace" does. A list of words puts single spaces between them.
    /// @throws ValueError if an id is not below `size()`
    std::string decode(const std::vector<extent>& ids) const {
        return std::visit([&](const auto& kind) { return kind.decode(ids); }, *kind_);
    }

    /// A token as a label shows it: a space before a word is kept; a line break is `\n`, a backslash `\\`, and what
    /// else cannot be seen, or is a part of a character, `\xNN` for each byte.
    /// @throws ValueError if the id is not below `size()`
    std::string token_text(extent id) const { return detail::visible(tokens().text(id)); }

    /// The id of the token with this text, escaped as `token_text` gives it: `id_of(token_text(id)) == id`.
    /// @throws ValueError if there is none
    extent id_of(std::string_view token_text) const {
        const std::string text = detail::from_visible(token_text);
        if (const auto id = tokens().find(text)) return *id;
        throw ValueError(detail::in_quotes(text) + " is not one token" + detail::near_words(text, tokens().texts()) +
                         ": give a token of the vocabulary");
    }

    /// How many tokens there are; ids go from 0 to one less.
    extent size() const { return tokens().size(); }

private:
    using Kind = std::variant<ByteBpe, WordLevel>;
    explicit Tokenizer(Kind kind) : kind_(std::make_shared<const Kind>(std::move(kind))) {}

    const detail::vocabulary& tokens() const {
        return std::visit([](const auto& kind) -> const detail::vocabulary& { return kind.tokens(); }, *kind_);
    }

    std::shared_ptr<const Kind> kind_;
};

}  // namespace suture
