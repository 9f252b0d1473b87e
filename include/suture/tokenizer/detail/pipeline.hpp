// A tokenizer as tokenizer.json describes it: added tokens, a normalizer, a pre-tokenizer, a model, a post-processor and a
// decoder. Law: ids and texts are those of Python's `tokenizers`.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"
#include "suture/tokenizer/detail/added_tokens.hpp"
#include "suture/tokenizer/detail/bpe.hpp"
#include "suture/tokenizer/detail/decoder.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/normalizer.hpp"
#include "suture/tokenizer/detail/post_processor.hpp"
#include "suture/tokenizer/detail/pre_tokenizer.hpp"
#include "suture/tokenizer/detail/text_work.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace suture::detail {

/// Several threads can use it at once.
class Pipeline {
public:
    /// Of the contents of a tokenizer.json.
    /// @throws FileError, with the part, for anything that would give other ids than in Python
    explicit Pipeline(const nlohmann::json& json) : Pipeline(JsonObject(json, "tokenizer.json")) {}

    /// The parts; each can be left out but the model.
    Pipeline(Bpe model, Normalizer normalizer, PreTokenizer pre_tokenizer, PostProcessor post_processor,
             TokenDecoder decoder)
        : model_(std::move(model)),
          normalizer_(std::move(normalizer)),
          pre_tokenizer_(std::move(pre_tokenizer)),
          post_processor_(std::move(post_processor)),
          decoder_(std::move(decoder)) {
        if (pre_tokenizer_.cuts_before_first() && !normalizer_.changes_nothing())
            throw FileError(
                "pre_tokenizer has a Metaspace with the prepend_scheme first behind other steps, which is not "
                "supported "
                "together with a normalizer: put the Metaspace first");
    }

    void add(const std::vector<AddedToken>& tokens) { added_.add(tokens, model_.tokens(), normalizer_); }
    const AddedTokens& added() const { return added_; }
    void ignore_special_tokens_in_texts() { added_.ignore_special_tokens_in_texts(); }
    void set_post_processor(PostProcessor post_processor) { post_processor_ = std::move(post_processor); }

    /// Removes spaces before punctuation where ids are decoded.
    void clean_up_spaces() { cleans_up_ = true; }

    std::optional<Index> id_of(const std::string& token) const {
        const auto added = added_.find(token);
        return added ? added : model_.tokens().find(token);
    }

    /// @throws ValueError, with the offset, if the text is not UTF-8, or if an expression or a step makes too much of it
    std::vector<Index> encode(std::string_view text, bool add_special_tokens) const {
        check_utf8(text);
        std::vector<Index> ids;
        Words known;
        TextWork work(text.size());
        for (const AddedTokens::Part& part : added_.parts(text, false)) {
            if (part.id) {
                ids.push_back(*part.id);
                continue;
            }
            if (part.text.empty()) continue;
            const std::string normalized = normalizer_(std::string(part.text), work);
            const bool is_first = part.begin == 0 && !(pre_tokenizer_.asks_for_first() &&
                                                       normalizer_.removes_front(std::string(part.text), work));
            for (const AddedTokens::Part& piece : added_.parts(normalized, true)) {
                if (piece.id)
                    ids.push_back(*piece.id);
                else if (!piece.text.empty())
                    encode_words({std::string(piece.text), is_first && piece.begin == 0}, work, known, ids);
            }
        }
        return post_processor_(std::move(ids), add_special_tokens);
    }

    /// @throws ValueError if an id has no token
    std::string decode(const std::vector<Index>& ids, bool skip_special_tokens) const {
        std::vector<std::string> texts;
        for (const Index id : ids) {
            const std::string& text = text_of(id);
            if (!skip_special_tokens || !added_.is_special(text)) texts.push_back(text);
        }
        std::string text = decoder_(std::move(texts));
        if (cleans_up_) clean_up(text);
        return text;
    }

    /// The tokens by id, with what each stands for alone. Of tokens that stand for the same, one has it and the others are as
    /// the file writes them.
    Vocabulary labels() const {
        std::vector<Token> labels;
        std::unordered_set<std::string> used;
        std::vector<Token> later;
        std::size_t bytes = 0;
        for (const Token& token : model_.tokens().tokens()) bytes += token.text.size();
        TextWork work(bytes);
        const auto offer = [&](Index id, std::string label, const std::string& written) {
            if (used.insert(label).second)
                labels.push_back({id, std::move(label)});
            else
                later.push_back({id, written});
        };
        for (const auto& [id, token] : added_.tokens()) offer(id, token.content, token.content);
        for (const Token& token : model_.tokens().tokens())
            if (!added_.tokens().contains(token.id)) offer(token.id, decoder_.label(token.text, work), token.text);
        for (Token& token : later) {
            if (!used.insert(token.text).second) {
                token.text = "id " + std::to_string(token.id);
                if (!used.insert(token.text).second) continue;
            }
            labels.push_back(std::move(token));
        }
        return Vocabulary(std::move(labels));
    }

private:
    /// The ids of words that a text repeats.
    using Words = std::unordered_map<std::string, std::vector<Index>>;

    explicit Pipeline(const JsonObject& json)
        : Pipeline(Bpe(json.at("model")), part<Normalizer>(json, "normalizer"),
                   part<PreTokenizer>(json, "pre_tokenizer"), part<PostProcessor>(json, "post_processor"),
                   part<TokenDecoder>(json, "decoder")) {
        if (!json.has("decoder") && pre_tokenizer_.writes_bytes()) decoder_.write_bytes_in_labels();
        if (json.has("version") && json.at("version") != "1.0")
            JsonObject::refuse("tokenizer.json has the version " + json_text(json.at("version")) + " and not 1.0");
        if (!json.has("added_tokens")) return;
        std::vector<AddedToken> tokens;
        for (const nlohmann::json& token : json.list("added_tokens"))
            tokens.push_back(
                AddedToken::read(JsonObject(token, "added_tokens[" + std::to_string(tokens.size()) + "]")));
        add(tokens);
    }
    template <class Part>
    static Part part(const JsonObject& json, const std::string& field) {
        return json.has(field) ? Part(json.at(field), field) : Part();
    }

    /// What the decoder is given for an id.
    const std::string& text_of(Index id) const {
        if (const std::string* const added = added_.find_text(id)) return *added;
        if (const std::string* const text = model_.tokens().find_text(id)) return *text;
        const Index size =
            std::max(model_.tokens().size(), added_.tokens().empty() ? 0 : added_.tokens().rbegin()->first + 1);
        throw ValueError(no_token(id, size));
    }

    /// `clean_up_tokenization` of transformers.
    static void clean_up(std::string& text) {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 10> changes{{{" .", "."},
                                                                                         {" ?", "?"},
                                                                                         {" !", "!"},
                                                                                         {" ,", ","},
                                                                                         {" ' ", "'"},
                                                                                         {" n't", "n't"},
                                                                                         {" 'm", "'m"},
                                                                                         {" 's", "'s"},
                                                                                         {" 've", "'ve"},
                                                                                         {" 're", "'re"}}};
        for (const auto& [wanted, by] : changes) text = replaced_text(text, wanted, by);
    }

    void encode_words(TextPiece text, TextWork& work, Words& known, std::vector<Index>& ids) const {
        constexpr std::size_t longest_kept = 64;
        for (TextPiece& word : pre_tokenizer_(std::move(text), work)) {
            if (word.text.size() > longest_kept) {
                const std::vector<Index> parts = model_.encode(word.text);
                ids.insert(ids.end(), parts.begin(), parts.end());
                continue;
            }
            const auto [entry, is_new] = known.try_emplace(std::move(word.text));
            if (is_new) entry->second = model_.encode(entry->first);
            ids.insert(ids.end(), entry->second.begin(), entry->second.end());
        }
    }

    Bpe model_;
    Normalizer normalizer_;
    PreTokenizer pre_tokenizer_;
    PostProcessor post_processor_;
    TokenDecoder decoder_;
    AddedTokens added_;
    bool cleans_up_ = false;
};

}  // namespace suture::detail
