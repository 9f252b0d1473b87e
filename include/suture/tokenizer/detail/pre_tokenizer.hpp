// The pre-tokenizer of a tokenizer.json: how a text is cut into the pieces within which tokens are merged. Source: the Rust
// crate `tokenizers`, src/pre_tokenizers.
#pragma once

#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/characters.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/normalizer.hpp"
#include "suture/tokenizer/detail/regex.hpp"
#include "suture/tokenizer/detail/text_work.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// A piece of a text, and whether it begins where the text begins.
struct TextPiece {
    std::string text;
    bool is_first = false;
};

/// How the matches of a pattern cut a text.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// The bounds of what remains of a text that is cut by these matches; empty ones are left out.
inline std::vector<Regex::Piece> cut(std::vector<Regex::Piece> pieces, SplitBehavior behavior) {
    std::vector<Regex::Piece> result;
    const auto grow = [&](auto begin, auto end, auto joins, auto join) {
        bool was_match = false;
        for (auto piece = begin; piece != end; ++piece) {
            if (joins(piece->is_match, was_match) && !result.empty())
                join(result.back(), *piece);
            else
                result.push_back(*piece);
            was_match = piece->is_match;
        }
    };
    const auto extend = [](Regex::Piece& last, const Regex::Piece& piece) { last.end = piece.end; };
    switch (behavior) {
        case SplitBehavior::removed:
            std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(result),
                         [](const Regex::Piece& piece) { return !piece.is_match; });
            break;
        case SplitBehavior::isolated:
            result = std::move(pieces);
            break;
        case SplitBehavior::contiguous:
            grow(
                pieces.begin(), pieces.end(), [](bool is, bool was) { return is == was; }, extend);
            break;
        case SplitBehavior::merged_with_previous:
            grow(
                pieces.begin(), pieces.end(), [](bool is, bool was) { return is && !was; }, extend);
            break;
        case SplitBehavior::merged_with_next:
            grow(
                pieces.rbegin(), pieces.rend(), [](bool is, bool was) { return is && !was; },
                [](Regex::Piece& last, const Regex::Piece& piece) { last.begin = piece.begin; });
            std::reverse(result.begin(), result.end());
            break;
    }
    std::erase_if(result, [](const Regex::Piece& piece) { return piece.begin == piece.end; });
    return result;
}

/// Each character of a set is a match by itself.
inline std::vector<Regex::Piece> pieces_by_character(std::string_view text, const CharacterSet& set) {
    std::vector<Regex::Piece> pieces;
    std::size_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Front front = utf8_front(text.substr(at));
        if (set.contains(front.character)) {
            if (before < at) pieces.push_back({before, at, false});
            pieces.push_back({at, at + front.bytes, true});
            before = at + front.bytes;
        }
        at += front.bytes;
    }
    if (before < text.size()) pieces.push_back({before, text.size(), false});
    return pieces;
}

/// Cuts texts. Copies share its tables; several threads can use it at once.
class PreTokenizer {
public:
    PreTokenizer() = default;
    /// @throws FileError, with the type, if it is not one of those below
    explicit PreTokenizer(const nlohmann::json& json, const std::string& place = "pre_tokenizer") {
        const JsonObject object(json, place);
        const std::string type = object.text("type");
        if (type == "Sequence") {
            std::size_t number = 0;
            for (const nlohmann::json& one : object.list("pretokenizers")) {
                PreTokenizer part(one, place + "[" + std::to_string(number++) + "]");
                if (part.asks_for_first_ && !asks_for_first_) first_asked_at_ = steps_.size() + part.first_asked_at_;
                asks_for_first_ = asks_for_first_ || part.asks_for_first_;
                for (Step& step : part.steps_) steps_.push_back(std::move(step));
                writes_bytes_ = writes_bytes_ || part.writes_bytes_;
            }
        } else {
            writes_bytes_ = type == "ByteLevel";
            add_steps(type, object);
        }
    }

    /// Whether the pieces are written in the byte alphabet.
    bool writes_bytes() const { return writes_bytes_; }
    /// Whether a step treats the piece at the beginning of a text in its own way.
    bool asks_for_first() const { return asks_for_first_; }
    /// Whether another step comes before that one, and may cut what belongs to the first character of a text.
    bool cuts_before_first() const { return asks_for_first_ && first_asked_at_ > 0; }

    /// The pieces of a text that is not empty.
    /// @throws ValueError if that is more work than a text may be
    std::vector<TextPiece> operator()(TextPiece text, TextWork& work) const {
        std::vector<TextPiece> pieces;
        pieces.push_back(std::move(text));
        for (const Step& step : steps_) {
            std::vector<TextPiece> next;
            next.reserve(pieces.size());
            for (TextPiece& piece : pieces) step(std::move(piece), next, work);
            pieces = std::move(next);
            std::size_t bytes = 0;
            for (const TextPiece& piece : pieces) bytes += piece.text.size();
            work.check_bytes(bytes, "the pre_tokenizer");
        }
        return pieces;
    }
    std::vector<TextPiece> operator()(TextPiece text) const {
        TextWork work(text.text.size());
        return (*this)(std::move(text), work);
    }

private:
    /// Appends the pieces of a piece.
    using Step = std::function<void(TextPiece, std::vector<TextPiece>&, TextWork&)>;
    using Find = std::function<std::vector<Regex::Piece>(std::string_view, TextWork&)>;

    static constexpr const char* gpt2_words =
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

    static void append(const TextPiece& whole, const std::vector<Regex::Piece>& bounds,
                       std::vector<TextPiece>& pieces) {
        for (const Regex::Piece& piece : bounds)
            pieces.push_back(
                {whole.text.substr(piece.begin, piece.end - piece.begin), whole.is_first && piece.begin == 0});
    }
    static Step split(Find find, SplitBehavior behavior) {
        return
            [find = std::move(find), behavior](const TextPiece& whole, std::vector<TextPiece>& pieces, TextWork& work) {
                append(whole, cut(find(whole.text, work), behavior), pieces);
            };
    }
    static Step split(const CharacterSet& set, SplitBehavior behavior) {
        return split([set](std::string_view text, TextWork&) { return pieces_by_character(text, set); }, behavior);
    }

    void add_steps(const std::string& type, const JsonObject& object) {
        if (type == "ByteLevel") {
            add_byte_level(object.flag("add_prefix_space", true), object.flag("use_regex", true));
        } else if (type == "Split") {
            Regex regex = pattern_of(object);
            const bool invert = object.flag("invert", false);
            steps_.push_back(split(
                [regex = std::move(regex), invert](std::string_view text, TextWork& work) {
                    std::vector<Regex::Piece> pieces = regex.pieces(text, work);
                    if (invert)
                        for (Regex::Piece& piece : pieces) piece.is_match = !piece.is_match;
                    return pieces;
                },
                behavior_of(object, object.text("behavior"))));
        } else if (type == "Digits") {
            steps_.push_back(split(Unicode::data().rust_numeric(), object.flag("individual_digits", false)
                                                                       ? SplitBehavior::isolated
                                                                       : SplitBehavior::contiguous));
        } else if (type == "Punctuation") {
            steps_.push_back(split(Unicode::data().rust_punctuation(),
                                   behavior_of(object, object.optional_text("behavior").value_or("Isolated"))));
        } else if (type == "WhitespaceSplit") {
            steps_.push_back(split(Unicode::data().white_space(), SplitBehavior::removed));
        } else if (type == "Whitespace") {
            steps_.push_back(words_and_marks());
        } else if (type == "CharDelimiterSplit") {
            const char32_t delimiter = one_character(object, "delimiter");
            steps_.push_back(split(CharacterSet(delimiter, delimiter), SplitBehavior::removed));
        } else if (type == "FixedLength") {
            const std::uint64_t length = object.has("length") ? object.count("length") : 5;
            if (length == 0) JsonObject::refuse(object.place() + " has the length 0");
            steps_.push_back([length](const TextPiece& whole, std::vector<TextPiece>& pieces, TextWork&) {
                std::vector<Regex::Piece> bounds;
                std::size_t at = 0;
                for (std::uint64_t count = 0; at < whole.text.size(); ++count) {
                    if (count % length == 0) bounds.push_back({at, at, false});
                    at += utf8_front(std::string_view(whole.text).substr(at)).bytes;
                    bounds.back().end = at;
                }
                append(whole, bounds, pieces);
            });
        } else if (type == "Metaspace") {
            add_metaspace(object);
        } else {
            throw FileError(
                object.place() + " has the type " + in_quotes(type) +
                ", which is not supported: use ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, "
                "CharDelimiterSplit, FixedLength, Metaspace or a Sequence of them");
        }
    }
    static SplitBehavior behavior_of(const JsonObject& object, const std::string& name) {
        constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> known{
            {{"Removed", SplitBehavior::removed},
             {"Isolated", SplitBehavior::isolated},
             {"MergedWithPrevious", SplitBehavior::merged_with_previous},
             {"MergedWithNext", SplitBehavior::merged_with_next},
             {"Contiguous", SplitBehavior::contiguous}}};
        for (const auto& [word, behavior] : known)
            if (word == name) return behavior;
        JsonObject::refuse(object.place() + " has the behavior " + in_quotes(name) +
                           ", and not Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
    }
    static char32_t one_character(const JsonObject& object, const std::string& field) {
        const std::u32string text = characters_of(object.text(field));
        if (text.size() != 1) JsonObject::refuse(object.place() + " has a " + field + " that is not one character");
        return text.front();
    }

    void add_byte_level(bool add_prefix_space, bool use_regex) {
        std::shared_ptr<const Regex> words = use_regex ? std::make_shared<const Regex>(gpt2_words) : nullptr;
        steps_.push_back([add_prefix_space, words](TextPiece whole, std::vector<TextPiece>& pieces, TextWork& work) {
            if (add_prefix_space && !whole.text.starts_with(' ')) whole.text.insert(0, 1, ' ');
            if (!words) {
                pieces.push_back({alphabet_text(whole.text), whole.is_first});
                return;
            }
            for (const Regex::Piece& piece : words->pieces(whole.text, work))
                pieces.push_back(
                    {alphabet_text(std::string_view(whole.text).substr(piece.begin, piece.end - piece.begin)),
                     whole.is_first && piece.begin == 0});
        });
    }
    static Step words_and_marks() {
        return [word = Unicode::data().rust_word(), white = Unicode::data().white_space()](
                   const TextPiece& whole, std::vector<TextPiece>& pieces, TextWork&) {
            std::vector<Regex::Piece> bounds;
            int kind_before = 0;
            for (std::size_t at = 0; at < whole.text.size();) {
                const Utf8Front front = utf8_front(std::string_view(whole.text).substr(at));
                const int kind = word.contains(front.character) ? 1 : white.contains(front.character) ? 0 : 2;
                if (kind != 0 && kind == kind_before)
                    bounds.back().end = at + front.bytes;
                else if (kind != 0)
                    bounds.push_back({at, at + front.bytes, false});
                kind_before = kind;
                at += front.bytes;
            }
            append(whole, bounds, pieces);
        };
    }
    void add_metaspace(const JsonObject& object) {
        const char32_t replacement = one_character(object, "replacement");
        std::string scheme = object.optional_text("prepend_scheme").value_or("always");
        if (scheme != "always" && scheme != "first" && scheme != "never")
            JsonObject::refuse(object.place() + " has the prepend_scheme " + in_quotes(scheme) +
                               ", and not always, first or never");
        if (!object.flag("add_prefix_space", true)) {
            if (object.has("prepend_scheme") && scheme != "never")
                JsonObject::refuse(object.place() + " has an add_prefix_space that contradicts its prepend_scheme");
            scheme = "never";
        }
        const std::string mark = utf8_text({&replacement, 1});
        if (scheme == "first") asks_for_first_ = true, first_asked_at_ = steps_.size();
        steps_.push_back([scheme, mark](const TextPiece& whole, std::vector<TextPiece>& pieces, TextWork&) {
            std::string text;
            for (const char c : whole.text) c == ' ' ? text += mark : text += c;
            if ((scheme == "always" || (scheme == "first" && whole.is_first)) && !text.starts_with(mark))
                text.insert(0, mark);
            pieces.push_back({std::move(text), whole.is_first});
        });
        if (object.flag("split", true))
            steps_.push_back(split(CharacterSet(replacement, replacement), SplitBehavior::merged_with_next));
    }

    std::vector<Step> steps_;
    bool writes_bytes_ = false;
    bool asks_for_first_ = false;
    std::size_t first_asked_at_ = 0;  ///< the first step that asks
};

}  // namespace suture::detail
