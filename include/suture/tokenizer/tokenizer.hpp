// From text to token ids and back, with the files of a Hugging Face GPT-2 directory.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/byte_bpe.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"
#include "suture/tokenizer/word_level.hpp"

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The tokenizer of a model's directory. Copies share its tables; several threads can use it at once.
///
///     const auto tokenizer = Tokenizer::open("gpt2");
///     tokenizer.encode("Hello world");      // 15496, 995
///     tokenizer.decode({15496, 995});       // "Hello world"
///     tokenizer.token_text(995);            // " world"
class Tokenizer {
public:
    /// With `vocab.json` and `merges.txt`: GPT-2's byte-level BPE. With `vocab.json` alone: one token per word,
    /// `WordLevel`.
    /// @throws FileError if there is no vocab.json, or one of the files is invalid
    static Tokenizer open(const std::filesystem::path& directory) {
        const std::filesystem::path words = directory / "vocab.json", merges = directory / "merges.txt";
        std::error_code ignored;  // a path that cannot be examined counts as missing
        if (!std::filesystem::exists(words, ignored))
            throw FileError(directory.string() +
                            " has no vocab.json: put the tokenizer's files there (vocab.json and merges.txt of a "
                            "byte-level BPE, or the vocab.json of a list of words), or give token ids with --ids");
        if (std::filesystem::exists(merges, ignored)) return Tokenizer(ByteBpe::read(words, merges));
        return Tokenizer(WordLevel::read(words));
    }

    SUTURE_REJECTED_DEFAULT("a tokenizer is opened by a function: write Tokenizer::open(directory)", Tokenizer);
    explicit SUTURE_REJECTED_FROM("a tokenizer is opened by a function: write Tokenizer::open(directory)", Tokenizer,
                                  const char*);
    explicit SUTURE_REJECTED_FROM("a tokenizer is opened by a function: write Tokenizer::open(directory)", Tokenizer,
                                  const std::string&);
    template <class...>
    static SUTURE_REJECTED("a tokenizer is opened by its directory: write Tokenizer::open(directory)", open(...));
    template <class...>
    static SUTURE_REJECTED("a tokenizer is opened by its directory: write Tokenizer::open(directory)", load(...));
    template <class...>
    static SUTURE_REJECTED("a tokenizer is opened by its directory: write Tokenizer::open(directory)",
                           from_pretrained(...));
    template <class...>
    static SUTURE_REJECTED("a tokenizer is opened by its directory: write Tokenizer::open(directory)", from_file(...));
    template <class...>
    SUTURE_REJECTED("one text is encoded at a time: write tokenizer.encode(text)", encode(...) const);
    template <class...>
    SUTURE_REJECTED("one text is encoded at a time: write tokenizer.encode(text)", operator()(...) const);
    template <class...>
    SUTURE_REJECTED("one text is encoded at a time: write tokenizer.encode(text)", to_tokens(...) const);
    template <class...>
    SUTURE_REJECTED("one text is encoded at a time: write tokenizer.encode(text)", to_str_tokens(...) const);
    template <class...>
    SUTURE_REJECTED("one text is encoded at a time: write tokenizer.encode(text)", tokenize(...) const);
    template <class...>
    SUTURE_REJECTED("ids are decoded from a vector: write tokenizer.decode({15496, 995})", decode(...) const);
    template <class...>
    SUTURE_REJECTED("a token is found by its text: write tokenizer.id_of(text)", id_of(...) const);
    template <class...>
    SUTURE_REJECTED("a token is found by its text: write tokenizer.id_of(text)", to_single_token(...) const);
    template <class I>
    SUTURE_REJECTED("a token is found by its text: write tokenizer.id_of(text)", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("a token is shown by its id: write tokenizer.token_text(995)", token_text(...) const);
    template <class...>
    SUTURE_REJECTED("the number of tokens has another name: write tokenizer.size()", vocab_size(...) const);
#define SUTURE_FOUND_BY_TEXT(name) SUTURE_ABSENT("a token is found by its text: write tokenizer.id_of(text)", name);
    SUTURE_FOUND_BY_TEXT(eos_token)
    SUTURE_FOUND_BY_TEXT(eos_token_id)
    SUTURE_FOUND_BY_TEXT(bos_token)
    SUTURE_FOUND_BY_TEXT(bos_token_id)
    SUTURE_FOUND_BY_TEXT(pad_token)
    SUTURE_FOUND_BY_TEXT(pad_token_id)
    SUTURE_FOUND_BY_TEXT(unk_token)
    SUTURE_FOUND_BY_TEXT(vocab)
    SUTURE_FOUND_BY_TEXT(get_vocab)
    SUTURE_FOUND_BY_TEXT(convert_tokens_to_ids)
    SUTURE_FOUND_BY_TEXT(token_to_id)
#undef SUTURE_FOUND_BY_TEXT
    SUTURE_ABSENT("a token is shown by its id: write tokenizer.token_text(995)", convert_ids_to_tokens);
    SUTURE_ABSENT("a token is shown by its id: write tokenizer.token_text(995)", id_to_token);
    SUTURE_ABSENT("ids are decoded from a vector: write tokenizer.decode({15496, 995})", to_string);
    SUTURE_ABSENT("ids are decoded from a vector: write tokenizer.decode({15496, 995})", batch_decode);
    SUTURE_ABSENT("one text is encoded at a time: write tokenizer.encode(text)", batch_encode);
    SUTURE_ABSENT("one text is encoded at a time: write tokenizer.encode(text)", encode_plus);
    /// The ids of a text. "<|endoftext|>" becomes one token if the vocabulary has it, as in Hugging Face's tokenizers.
    /// @throws ValueError, with the position, if the text is not UTF-8 or has a word that the list of words lacks
    std::vector<Index> encode(std::string_view text) const {
        return std::visit([&](const auto& kind) { return kind.encode(text); }, *kind_);
    }

    /// The text of the ids. For byte-level BPE, `decode(encode(text)) == text`; an incomplete character becomes U+FFFD,
    /// as with Python's errors="replace". A list of words is joined by single spaces.
    /// @throws ValueError if an id is not below `size()`
    std::string decode(const std::vector<Index>& ids) const {
        return std::visit([&](const auto& kind) { return kind.decode(ids); }, *kind_);
    }

    /// A token as a label shows it. A space before a word is kept; a line break is `\n`, a backslash `\\`, and each
    /// byte of another invisible or incomplete character is `\xNN`.
    /// @throws ValueError if the id is not below `size()`
    std::string token_text(Index id) const { return visible_text(tokens().text(id)); }

    /// The id of the token with this text, escaped as by `token_text`: `id_of(token_text(id)) == id`.
    /// @throws ValueError if there is no such token
    Index id_of(std::string_view token_text) const {
        const std::string text = from_visible_text(token_text);
        if (const auto id = tokens().find(text)) return *id;
        throw ValueError(detail::in_quotes(text) + " is not one token" + detail::near_words(text, tokens().texts()) +
                         ": give a token of the vocabulary");
    }

    /// The number of tokens; ids are 0 to `size() - 1`.
    Index size() const { return tokens().size(); }

    /// "a tokenizer of 50257 tokens"
    friend std::ostream& operator<<(std::ostream& out, const Tokenizer& tokenizer) {
        return out << "a tokenizer of " << tokenizer.size() << " tokens";
    }

private:
    using Kind = std::variant<ByteBpe, WordLevel>;
    explicit Tokenizer(Kind kind) : kind_(std::make_shared<const Kind>(std::move(kind))) {}

    const detail::Vocabulary& tokens() const {
        return std::visit([](const auto& kind) -> const detail::Vocabulary& { return kind.tokens(); }, *kind_);
    }

    std::shared_ptr<const Kind> kind_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
