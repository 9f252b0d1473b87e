// The normalizer of a tokenizer.json: what a text is changed into before it is split. Source: the Rust crate `tokenizers`,
// src/normalizers (https://github.com/huggingface/tokenizers).
#pragma once

#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/characters.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/normalization.hpp"
#include "suture/tokenizer/detail/regex.hpp"
#include "suture/tokenizer/detail/text_work.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

inline bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// `{"String": "..."}` or `{"Regex": "..."}`: what a Replace or a Split looks for.
inline Regex pattern_of(const JsonObject& object) {
    const JsonObject pattern = object.object("pattern");
    const auto regex = [&](const std::string& expression) {
        try {
            return Regex(expression);
        } catch (FileError& error) {
            error.add_place(pattern.place());
            throw;
        }
    };
    if (pattern.has("Regex")) return regex(pattern.text("Regex"));
    std::string quoted;
    for (const char c : pattern.text("String")) {
        if (static_cast<unsigned char>(c) < 0x80 &&
            std::string_view("\\.+*?()|[]{}^$#&-~/").find(c) != std::string_view::npos)
            quoted += '\\';
        quoted += c;
    }
    return regex(quoted);
}

/// What a text becomes. Copies share its tables; several threads can use it at once.
class Normalizer {
public:
    Normalizer() = default;
    /// @throws FileError, with the type, if it is not one of those below
    explicit Normalizer(const nlohmann::json& json, const std::string& place = "normalizer") {
        const JsonObject object(json, place);
        const std::string type = object.text("type");
        if (type == "Sequence") {
            std::size_t number = 0;
            for (const nlohmann::json& one : object.list("normalizers")) {
                Normalizer part(one, place + "[" + std::to_string(number++) + "]");
                for (Step& step : part.steps_) steps_.push_back(std::move(step));
            }
        } else {
            steps_.push_back(step_of(type, object));
        }
    }

    bool changes_nothing() const { return steps_.empty(); }
    /// @throws ValueError if that is more work than a text may be
    std::string operator()(std::string text, TextWork& work) const {
        for (const Step& step : steps_) text = changed(step, std::move(text), work);
        return text;
    }
    std::string operator()(std::string text) const {
        TextWork work(text.size());
        return (*this)(std::move(text), work);
    }
    /// Whether the beginning of a text is removed: what is left then does not begin where the text begins.
    bool removes_front(std::string text, TextWork& work) const {
        for (const Step& step : steps_) {
            if (step.removes_front && !text.empty() && step.removes_front(text, work)) return true;
            text = changed(step, std::move(text), work);
        }
        return false;
    }

private:
    struct Step {
        std::function<std::string(std::string, TextWork&)> change;
        std::function<bool(const std::string&, TextWork&)>
            removes_front;  ///< of a text that is not empty; null for none
    };
    static std::string changed(const Step& step, std::string text, TextWork& work) {
        text = step.change(std::move(text), work);
        work.check_bytes(text.size(), "the normalizer");
        return text;
    }

    static Step step_of(const std::string& type, const JsonObject& object) {
        if (type == "NFC") return form(Normalization::Form::nfc);
        if (type == "NFD") return form(Normalization::Form::nfd);
        if (type == "NFKC") return form(Normalization::Form::nfkc);
        if (type == "NFKD") return form(Normalization::Form::nfkd);
        if (type == "Lowercase") return lowercase();
        if (type == "StripAccents") return without(Unicode::data().combining_marks());
        if (type == "Strip") return strip(object.flag("strip_left", true), object.flag("strip_right", true));
        if (type == "Nmt") return nmt();
        if (type == "ByteLevel")
            return {[](const std::string& text, TextWork&) { return alphabet_text(text); }, nullptr};
        if (type == "Prepend")
            return {[begin = object.text("prepend")](const std::string& text, TextWork&) {
                        return text.empty() ? text : begin + text;
                    },
                    nullptr};
        if (type == "Replace") return replace(pattern_of(object), object.text("content"));
        throw FileError(
            object.place() + " has the type " + in_quotes(type) +
            ", which is not supported: use NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Nmt, ByteLevel, "
            "Prepend, Replace or a Sequence of them");
    }

    static Step form(Normalization::Form form) {
        return {[form](const std::string& text, TextWork&) {
                    return is_ascii(text) ? text : utf8_text(Normalization::normalized(characters_of(text), form));
                },
                nullptr};
    }
    static Step lowercase() {
        auto lower = std::make_shared<const tables::Mapping>(tables::mapping_of(tables::lower_case));
        return {[lower](const std::string& text, TextWork&) {
                    std::string result;
                    for (const char32_t c : characters_of(text)) {
                        const auto found = lower->find(c);
                        if (found == lower->end())
                            append_utf8(result, c);
                        else
                            result += utf8_text(found->second);
                    }
                    return result;
                },
                nullptr};
    }
    static Step without(const CharacterSet& unwanted) {
        return {[unwanted](const std::string& text, TextWork&) {
                    std::string result;
                    for (const char32_t c : characters_of(text))
                        if (!unwanted.contains(c)) append_utf8(result, c);
                    return result;
                },
                begins_with(unwanted)};
    }
    static std::function<bool(const std::string&, TextWork&)> begins_with(CharacterSet set) {
        return [set = std::move(set)](const std::string& text, TextWork&) {
            return set.contains(utf8_front(text).character);
        };
    }
    static Step strip(bool left, bool right) {
        const auto change = [left, right, white = Unicode::data().white_space()](const std::string& text, TextWork&) {
            const std::u32string characters = characters_of(text);
            std::size_t begin = 0, end = characters.size();
            while (left && begin < end && white.contains(characters[begin])) ++begin;
            while (right && begin < end && white.contains(characters[end - 1])) --end;
            return utf8_text(std::u32string_view(characters).substr(begin, end - begin));
        };
        return {change, left ? begins_with(Unicode::data().white_space()) : nullptr};
    }
    static Step nmt() {
        const CharacterSet removed = CharacterSet(1, 8) | CharacterSet(0xB, 0xB) | CharacterSet(0xE, 0x1F) |
                                     CharacterSet::of(U"\u007F\u008F\u009F");
        const CharacterSet spaces =
            CharacterSet::of(U"\t\n\f\r\u1680\u2028\u2029\u2581\uFEFF\uFFFD") | CharacterSet(0x200B, 0x200F);
        return {[removed, spaces](const std::string& text, TextWork&) {
                    std::string result;
                    for (const char32_t c : characters_of(text))
                        if (!removed.contains(c)) append_utf8(result, spaces.contains(c) ? U' ' : c);
                    return result;
                },
                begins_with(removed)};
    }
    static Step replace(const Regex& pattern, const std::string& content) {
        const auto change = [pattern, content](const std::string& text, TextWork& work) {
            std::string result;
            for (const Regex::Piece& piece : pattern.pieces(text, work))
                if (piece.is_match)
                    result += content;
                else
                    result.append(text, piece.begin, piece.end - piece.begin);
            return result;
        };
        if (!content.empty()) return {change, nullptr};
        return {change, [pattern](const std::string& text, TextWork& work) {
                    const Regex::Piece first = pattern.pieces(text, work).front();
                    return first.is_match && first.end > 0;
                }};
    }

    std::vector<Step> steps_;
};

}  // namespace suture::detail
