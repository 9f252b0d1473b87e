// Tokens that were added to a tokenizer: they are found in a text before it is normalized, split and merged. Source: the Rust
// crate `tokenizers`, src/tokenizer/added_vocabulary.rs.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/characters.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/normalizer.hpp"
#include "suture/tokenizer/detail/text_work.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

/// An added token: its text, and how it is found.
struct AddedToken {
    std::string content;
    bool single_word = false;  ///< only where no letter or digit adjoins
    bool lstrip = false;       ///< takes the white space before it
    bool rstrip = false;       ///< takes the white space behind it
    bool normalized = true;    ///< is looked for in the normalized text
    bool special = false;      ///< may be skipped when ids are decoded

    bool operator==(const AddedToken&) const = default;

    /// A special token of which only the text is known.
    static AddedToken special_of(std::string content) {
        AddedToken token;
        token.content = std::move(content);
        token.normalized = false;
        token.special = true;
        return token;
    }
    template <class Json>
    static AddedToken read(const BasicJsonObject<Json>& object) {
        const bool special = object.flag("special", false);
        return {object.text("content"),       object.flag("single_word", false),   object.flag("lstrip", false),
                object.flag("rstrip", false), object.flag("normalized", !special), special};
    }
};

/// Words, and for each place of a text the longest of them that begins there, in time that grows with the text alone. A text is
/// walked from its end, along a trie of the words written backwards: the longest word that begins at a place is then the longest
/// suffix of what was walked that the trie knows. Source: Aho and Corasick, Efficient string matching, 1975.
class WordTrie {
public:
    /// False if the word is there already. @pre the word is not empty
    bool add(std::string_view word, Index id) {
        std::uint32_t node = root;
        for (std::size_t i = word.size(); i-- > 0;) {
            const auto [next, is_new] = next_.emplace(key(node, word[i]), static_cast<std::uint32_t>(nodes_.size()));
            if (is_new) nodes_.push_back({.parent = node, .depth = nodes_[node].depth + 1, .last = word[i]});
            node = next->second;
        }
        ends_[static_cast<unsigned char>(word.back())] = true;
        if (nodes_[node].word == node) return false;
        nodes_[node].word = node;
        nodes_[node].id = id;
        return true;
    }
    bool empty() const { return nodes_.size() == 1; }

    /// Makes `longest` possible, after the last word.
    void link() {
        std::vector<std::uint32_t> by_depth(nodes_.size());
        std::iota(by_depth.begin(), by_depth.end(), root);
        std::stable_sort(by_depth.begin(), by_depth.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return nodes_[a].depth < nodes_[b].depth; });
        for (const std::uint32_t at : by_depth) {
            Node& node = nodes_[at];
            if (node.depth > 1) node.shorter = step(nodes_[node.parent].shorter, node.last);
            if (node.word == root) node.word = nodes_[node.shorter].word;
        }
    }

    struct Found {
        std::size_t length = 0;
        Index id = 0;
    };
    /// For each byte of a text, the longest word that begins there, for `found`.
    std::vector<std::uint32_t> longest(std::string_view text) const {
        std::vector<std::uint32_t> words(text.size());
        std::uint32_t node = root;
        for (std::size_t i = text.size(); i-- > 0;) {
            if (node == root && !ends_[static_cast<unsigned char>(text[i])]) continue;
            node = step(node, text[i]);
            words[i] = nodes_[node].word;
        }
        return words;
    }
    /// Of length 0 if there is none.
    Found found(std::uint32_t word) const { return {nodes_[word].depth, nodes_[word].id}; }

private:
    static constexpr std::uint32_t root = 0;
    struct Node {
        std::uint32_t parent = root, depth = 0;
        std::uint32_t shorter = root;  ///< the longest node that is a suffix of this one, without being it
        std::uint32_t word = root;     ///< the longest word that is a suffix of this node; the root if there is none
        Index id = 0;
        char last = '\0';
    };

    static std::uint64_t key(std::uint32_t node, char c) {
        return static_cast<std::uint64_t>(node) << 8 | static_cast<unsigned char>(c);
    }
    /// The longest node that is a suffix of a node and a further character.
    std::uint32_t step(std::uint32_t node, char c) const {
        for (;; node = nodes_[node].shorter) {
            if (const auto next = next_.find(key(node, c)); next != next_.end()) return next->second;
            if (node == root) return root;
        }
    }

    std::vector<Node> nodes_{Node{}};
    std::unordered_map<std::uint64_t, std::uint32_t> next_;
    std::array<bool, 256> ends_{};
};

/// The added tokens of a tokenizer.
class AddedTokens {
public:
    /// Adds tokens in this order: one that the model or an earlier call has keeps its id, any other gets the next free one, as
    /// in Python, whatever id a file claims for it.
    /// @throws FileError if two tokens are the same once they are normalized
    void add(const std::vector<AddedToken>& tokens, const Vocabulary& model, const Normalizer& normalizer) {
        const auto model_count = static_cast<Index>(model.tokens().size());
        std::size_t bytes = 0;
        for (const AddedToken& token : tokens) bytes += token.content.size();
        TextWork work(bytes);
        Index next = tokens_.empty() ? model_count : std::max(tokens_.rbegin()->first + 1, model_count);
        for (const AddedToken& token : tokens) {
            if (token.content.empty()) continue;
            const auto known = ids_.find(token.content);
            if (known != ids_.end() && tokens_.at(known->second) == token) continue;
            Index id = 0;
            if (known != ids_.end())
                id = known->second;
            else if (const auto in_model = model.find(token.content))
                id = *in_model;
            else
                id = next++;
            if (token.normalized) {
                std::string text = normalizer(token.content, work);
                if (text != token.content) normalized_[id] = std::move(text);
            }
            ids_[token.content] = id;
            if (token.special) special_.insert(token.content);
            tokens_[id] = token;
        }
        index();
    }
    void ignore_special_tokens_in_texts() { ignores_special_ = true; }

    const std::map<Index, AddedToken>& tokens() const { return tokens_; }
    std::optional<Index> find(const std::string& content) const {
        const auto found = ids_.find(content);
        return found == ids_.end() ? std::nullopt : std::optional(found->second);
    }
    /// What a decoder is given for an id: the token as it is looked for; null if no added token has the id.
    const std::string* find_text(Index id) const {
        if (const auto found = normalized_.find(id); found != normalized_.end()) return &found->second;
        const auto found = tokens_.find(id);
        return found == tokens_.end() ? nullptr : &found->second.content;
    }
    bool is_special(const std::string& text) const { return special_.contains(text); }

    /// A part of a text: an added token's id, or a text without added tokens.
    struct Part {
        std::string_view text;
        std::optional<Index> id;
        std::size_t begin = 0;
    };
    /// Cuts a text that is not normalized, or one that is.
    std::vector<Part> parts(std::string_view text, bool normalized) const {
        const WordTrie& words = normalized ? normalized_words_ : plain_words_;
        if (words.empty()) return {{text, std::nullopt, 0}};
        const std::vector<std::uint32_t> longest = words.longest(text);
        std::vector<Part> parts;
        std::size_t taken = 0, end_of_run = 0;  // a run of white space is walked once, however many tokens are in it
        for (std::size_t at = 0; at < text.size();) {
            const WordTrie::Found found = words.found(longest[at]);
            if (found.length == 0) {
                ++at;
                continue;
            }
            std::size_t begin = at, end = at + found.length;
            at = end;
            const AddedToken& token = tokens_.at(found.id);
            if (ignores_special_ && special_.contains(token.content)) continue;
            if (token.single_word && !stands_alone(text, begin, end)) continue;
            if (token.lstrip) begin = std::max(begin_of_white(text, begin, taken), taken);
            if (token.rstrip) end = end_of_run = end < end_of_run ? end_of_run : end_of_white(text, end);
            if (taken < begin) parts.push_back({text.substr(taken, begin - taken), std::nullopt, taken});
            // The token before may have taken all of this one as white space behind it; then it is left out, as in Rust.
            if (begin < end) parts.push_back({"", found.id, begin});
            if (begin <= end) taken = end;
        }
        if (taken != text.size()) parts.push_back({text.substr(taken), std::nullopt, taken});
        return parts;
    }

private:
    void index() {
        plain_words_ = {}, normalized_words_ = {};
        for (const auto& [id, token] : tokens_) {
            const std::string& text = token.normalized ? *find_text(id) : token.content;
            if (text.empty())  // it would be found between any two characters
                throw FileError("added_tokens has " + in_quotes(token.content) +
                                ", of which the normalizer leaves nothing: write \"normalized\": false for it");
            if (!(token.normalized ? normalized_words_ : plain_words_).add(text, id))
                throw FileError("added_tokens has " + in_quotes(token.content) +
                                ", which is the same as another token once it is normalized: remove one of them");
        }
        plain_words_.link(), normalized_words_.link();
    }

    static const CharacterSet& word_characters() {
        static const CharacterSet set = Unicode::data().rust_word();
        return set;
    }
    static const CharacterSet& white() {
        static const CharacterSet set = Unicode::data().white_space();
        return set;
    }
    /// The character that ends at an offset, and where it begins.
    static Utf8Front character_before(std::string_view text, std::size_t end) {
        std::size_t begin = end - 1;
        while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
        return utf8_front(text.substr(begin, end - begin));
    }
    static bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
        if (begin > 0 && word_characters().contains(character_before(text, begin).character)) return false;
        return end == text.size() || !word_characters().contains(utf8_front(text.substr(end)).character);
    }
    /// Where the white space that ends at an offset begins, but not before `first`.
    static std::size_t begin_of_white(std::string_view text, std::size_t end, std::size_t first) {
        while (end > first) {
            const Utf8Front before = character_before(text, end);
            if (!white().contains(before.character)) break;
            end -= before.bytes;
        }
        return end;
    }
    static std::size_t end_of_white(std::string_view text, std::size_t begin) {
        while (begin < text.size()) {
            const Utf8Front front = utf8_front(text.substr(begin));
            if (!white().contains(front.character)) break;
            begin += front.bytes;
        }
        return begin;
    }

    std::map<Index, AddedToken> tokens_;
    std::unordered_map<std::string, Index> ids_;
    std::unordered_map<Index, std::string> normalized_;
    std::set<std::string> special_;
    WordTrie plain_words_, normalized_words_;
    bool ignores_special_ = false;
};

}  // namespace suture::detail
