// From text to token ids and back, with the files of a Hugging Face directory.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/near_words.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/directory.hpp"
#include "suture/tokenizer/detail/pipeline.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"
#include "suture/tokenizer/word_level.hpp"

#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// How a text becomes ids.
struct EncodeOptions {
    /// Puts the tokens before and behind the text that the tokenizer's files ask for, such as the beginning of a sequence.
    bool add_special_tokens = true;
};

/// How ids become a text.
struct DecodeOptions {
    bool skip_special_tokens = false;
};

/// The tokenizer of a model's directory. Copies share its tables; several threads can use it at once.
/// Law: ids and texts are those of Python's `tokenizers` and `transformers`; what would differ is refused.
///
///     const auto tokenizer = Tokenizer::open("gpt2");
///     tokenizer.encode("Hello world");      // 15496, 995
///     tokenizer.decode({15496, 995});       // "Hello world"
///     tokenizer.token_text(995);            // " world"
class Tokenizer {
public:
    /// Reads `tokenizer.json` if its model is BPE; otherwise `vocab.json` and `merges.txt` as GPT-2's byte-level BPE, or
    /// Qwen2's if the directory says so; otherwise `vocab.json` alone as a list of words, one token each, `WordLevel`. The
    /// first two heed `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
    /// @throws FileError if there is none of them, if one is invalid, or if it asks for what is not supported
    static Tokenizer open(const std::filesystem::path& directory) {
        using detail::TokenizerDirectory;
        const auto has = [&](const char* file) { return TokenizerDirectory::has(directory, file); };
        if (has("tokenizer.json") || (has("vocab.json") && has("merges.txt")))
            return Tokenizer(TokenizerDirectory::open(directory));
        if (has("vocab.json")) return Tokenizer(WordLevel::read(directory / "vocab.json"));
        if (has("tokenizer.model"))
            throw FileError(directory.string() +
                            " has a tokenizer.model, which is not read: save a tokenizer.json there, with Python's "
                            "AutoTokenizer.from_pretrained(directory).save_pretrained(directory)");
        throw FileError(
            directory.string() +
            " has no tokenizer.json and no vocab.json: put the tokenizer's files there (tokenizer.json, or "
            "vocab.json and merges.txt of a byte-level BPE, or the vocab.json of a list of words), or give token "
            "ids with --ids");
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
    /// The ids of a text. Added tokens, such as "<|endoftext|>", are found in it, as in Hugging Face's tokenizers. A
    /// character whose bytes a byte-level vocabulary lacks is left out, as there.
    /// @throws ValueError, with the position, if the text is not UTF-8 or has a word that the list of words lacks
    std::vector<Index> encode(std::string_view text, const EncodeOptions& options = {}) const {
        if (const auto* const words = std::get_if<WordLevel>(&shared_->kind)) return words->encode(text);
        return std::get<detail::Pipeline>(shared_->kind).encode(text, options.add_special_tokens);
    }

    /// The text of the ids. For GPT-2's byte-level BPE, `decode(encode(text)) == text`; an incomplete character becomes
    /// U+FFFD, as with Python's errors="replace". A list of words is joined by single spaces.
    /// @throws ValueError if an id has no token
    std::string decode(const std::vector<Index>& ids, const DecodeOptions& options = {}) const {
        if (const auto* const words = std::get_if<WordLevel>(&shared_->kind)) return words->decode(ids);
        return std::get<detail::Pipeline>(shared_->kind).decode(ids, options.skip_special_tokens);
    }

    /// A token as a label shows it. A space before a word is kept; a line break is `\n`, a backslash `\\`, and each
    /// byte of another invisible or incomplete character is `\xNN`. An id without a token is "id 163": vocabularies have
    /// holes, and models more rows than tokens.
    /// @throws ValueError if the id is negative
    std::string token_text(Index id) const {
        if (const std::string* const text = shared_->labels.find_text(id)) return visible_text(*text);
        if (id < 0) throw ValueError(detail::no_token(id, size()));
        return bare_id + std::to_string(id);
    }

    /// The id of the token with this text, escaped as by `token_text`: `id_of(token_text(id)) == id`.
    /// @throws ValueError if there is no such token
    Index id_of(std::string_view token_text) const {
        const std::string text = from_visible_text(token_text);
        if (const auto id = shared_->labels.find(text)) return *id;
        if (const auto id = id_without_token(text)) return *id;
        throw ValueError(detail::in_quotes(text) + " is not one token" +
                         detail::near_words(text, shared_->labels.texts()) + ": give a token of the vocabulary");
    }

    /// One past the largest id.
    Index size() const { return shared_->labels.size(); }

    /// "a tokenizer of 50257 tokens"
    friend std::ostream& operator<<(std::ostream& out, const Tokenizer& tokenizer) {
        return out << "a tokenizer of " << tokenizer.shared_->labels.tokens().size() << " tokens";
    }

private:
    static constexpr const char* bare_id = "id ";
    struct Shared {
        std::variant<detail::Pipeline, WordLevel> kind;
        detail::Vocabulary labels;  ///< what each token stands for
    };
    explicit Tokenizer(detail::Pipeline pipeline) {
        detail::Vocabulary labels = pipeline.labels();
        shared_ = std::make_shared<const Shared>(Shared{std::move(pipeline), std::move(labels)});
    }
    explicit Tokenizer(WordLevel words) {
        detail::Vocabulary labels = words.tokens();
        shared_ = std::make_shared<const Shared>(Shared{std::move(words), std::move(labels)});
    }

    /// Of "id 163", if that id has no token.
    std::optional<Index> id_without_token(std::string_view text) const {
        if (!text.starts_with(bare_id)) return std::nullopt;
        Index id = 0;
        const char* const begin = text.data() + std::string_view(bare_id).size();
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), id);
        const bool is_id = error == std::errc() && end == text.data() + text.size() && id >= 0 && *begin != '-';
        return is_id && !shared_->labels.find_text(id) ? std::optional(id) : std::nullopt;
    }

    std::shared_ptr<const Shared> shared_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
