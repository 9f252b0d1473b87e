// The decoder of a tokenizer.json: how the texts of tokens become one text. Source: the Rust crate `tokenizers`, src/decoders.
#pragma once

#include "suture/text/utf8.hpp"
#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/json_object.hpp"
#include "suture/tokenizer/detail/normalizer.hpp"
#include "suture/tokenizer/detail/regex.hpp"
#include "suture/tokenizer/detail/text_work.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// The byte of "<0x0A>"; none for any other token.
inline std::optional<char> byte_of_token(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
    unsigned char byte = 0;
    const std::string_view digits =
        token.substr(token[3] == '+' ? 4 : 3, token[3] == '+' ? 1 : 2);  // Rust takes "+A" too
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return static_cast<char>(byte);
}

/// A text with other ones in place of those that it contains.
inline std::string replaced_text(std::string_view text, std::string_view wanted, std::string_view by) {
    std::string result;
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(wanted, at);
        result += text.substr(at, found - at);
        if (found == text.npos) return result;
        result += by;
        at = found + wanted.size();
    }
}

/// Joins the texts of tokens. Copies share its tables; several threads can use it at once.
class TokenDecoder {
public:
    /// Without a decoder, a space stands between tokens.
    TokenDecoder() = default;
    /// @throws FileError, with the type, if it is not one of those below
    explicit TokenDecoder(const nlohmann::json& json, const std::string& place = "decoder") {
        const JsonObject object(json, place);
        const std::string type = object.text("type");
        is_there_ = true;
        if (type == "Sequence") {
            std::size_t number = 0;
            for (const nlohmann::json& one : object.list("decoders")) {
                TokenDecoder part(one, place + "[" + std::to_string(number++) + "]");
                for (Step& step : part.steps_) steps_.push_back(std::move(step));
                for (Label& label : part.labels_) labels_.push_back(std::move(label));
            }
        } else {
            add_step(type, object);
        }
    }

    /// @throws ValueError if that is more work than the tokens of a text may be
    std::string operator()(std::vector<std::string> tokens) const {
        TextWork work(bytes_in(tokens));
        for (const Step& step : steps_) {
            tokens = step(std::move(tokens), work);
            work.check_bytes(bytes_in(tokens), "the decoder");
        }
        std::string text;
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && !is_there_) text += ' ';
            text += tokens[i];
        }
        return text;
    }

    /// What a token alone stands for, as bytes: they need not be UTF-8.
    std::string label(std::string token, TextWork& work) const {
        for (const Label& label : labels_) {
            token = label(std::move(token), work);
            work.check_bytes(token.size(), "the decoder");
        }
        return token;
    }
    std::string label(std::string token) const {
        TextWork work(token.size());
        return label(std::move(token), work);
    }
    /// Labels are bytes although nothing decodes them.
    void write_bytes_in_labels() {
        labels_.emplace_back([](const std::string& token, TextWork&) { return bytes_of(token); });
    }

private:
    using Step = std::function<std::vector<std::string>(std::vector<std::string>, TextWork&)>;
    using Label = std::function<std::string(std::string, TextWork&)>;

    static std::size_t bytes_in(const std::vector<std::string>& tokens) {
        std::size_t bytes = 0;
        for (const std::string& token : tokens) bytes += token.size();
        return bytes;
    }
    void add_step(const std::string& type, const JsonObject& object) {
        if (type == "ByteLevel") {
            steps_.emplace_back([](const std::vector<std::string>& tokens, TextWork&) {
                std::string bytes;
                for (const std::string& token : tokens) bytes += bytes_of(token);
                return std::vector{replaced_utf8(bytes)};
            });
            write_bytes_in_labels();
        } else if (type == "Fuse") {
            steps_.emplace_back([](const std::vector<std::string>& tokens, TextWork&) {
                std::string text;
                for (const std::string& token : tokens) text += token;
                return std::vector{text};
            });
        } else if (type == "ByteFallback") {
            steps_.emplace_back([](const std::vector<std::string>& tokens, TextWork&) { return joined_bytes(tokens); });
            labels_.emplace_back([](const std::string& token, TextWork&) {
                const auto byte = byte_of_token(token);
                return byte ? std::string(1, *byte) : token;
            });
        } else if (type == "Replace") {
            each(
                [pattern = pattern_of(object), content = object.text("content")](const std::string& token, std::size_t,
                                                                                 std::size_t, TextWork& work) {
                    std::string text;
                    for (const Regex::Piece& piece : pattern.pieces(token, work))
                        piece.is_match ? text += content : text.append(token, piece.begin, piece.end - piece.begin);
                    return text;
                },
                true);
        } else if (type == "Strip") {
            const std::u32string content = characters_of(object.text("content"));
            if (content.size() != 1) JsonObject::refuse(object.place() + " has a content that is not one character");
            each(
                [c = content.front(), start = object.count("start"), stop = object.count("stop")](
                    const std::string& token, std::size_t, std::size_t, TextWork&) {
                    const std::u32string characters = characters_of(token);
                    std::size_t begin = 0, end = characters.size();
                    while (begin < characters.size() && begin < start && characters[begin] == c) ++begin;
                    while (end > begin && characters.size() - end < stop && characters[end - 1] == c) --end;
                    return utf8_text(std::u32string_view(characters).substr(begin, end - begin));
                },
                false);
        } else if (type == "Metaspace") {
            const std::string mark = object.text("replacement");
            const bool drops_first = object.optional_text("prepend_scheme").value_or("always") != "never" &&
                                     object.flag("add_prefix_space", true);
            if (mark.empty()) JsonObject::refuse(object.place() + " has an empty replacement");
            each(
                [mark, drops_first](const std::string& token, std::size_t i, std::size_t, TextWork&) {
                    return replaced_text(token, mark, i == 0 && drops_first ? "" : " ");
                },
                false);
            labels_.emplace_back(
                [mark](const std::string& token, TextWork&) { return replaced_text(token, mark, " "); });
        } else if (type == "BPEDecoder") {
            const std::string suffix = object.optional_text("suffix").value_or("</w>");
            if (suffix.empty()) JsonObject::refuse(object.place() + " has an empty suffix");
            each([suffix](const std::string& token, std::size_t i, std::size_t count,
                          TextWork&) { return replaced_text(token, suffix, i + 1 == count ? "" : " "); },
                 false);
        } else {
            throw FileError(
                object.place() + " has the type " + in_quotes(type) +
                ", which is not supported: use ByteLevel, Metaspace, BPEDecoder, Replace, Strip, Fuse, ByteFallback "
                "or a Sequence of them");
        }
    }
    /// Changes every token by a function of its text, its place and the number of tokens.
    template <class Change>
    void each(Change change, bool shows) {
        if (shows)
            labels_.emplace_back(
                [change](std::string token, TextWork& work) { return change(std::move(token), 0, 1, work); });
        steps_.emplace_back([change](std::vector<std::string> tokens, TextWork& work) {
            for (std::size_t i = 0; i < tokens.size(); ++i)
                tokens[i] = change(std::move(tokens[i]), i, tokens.size(), work);
            return tokens;
        });
    }
    /// A token with a character outside of the alphabet stands for itself.
    static std::string bytes_of(const std::string& token) { return alphabet_bytes(token).value_or(token); }

    /// Adjoining byte tokens become one token if they are UTF-8, and a U+FFFD each if they are not.
    static std::vector<std::string> joined_bytes(const std::vector<std::string>& tokens) {
        std::vector<std::string> joined;
        std::string bytes;
        const auto finish = [&] {
            const std::string text = replaced_utf8(bytes);
            if (!bytes.empty() && text == bytes)
                joined.push_back(bytes);
            else
                joined.insert(joined.end(), bytes.size(), "\xEF\xBF\xBD");
            bytes.clear();
        };
        for (const std::string& token : tokens) {
            if (const auto byte = byte_of_token(token)) {
                bytes += *byte;
                continue;
            }
            finish();
            joined.push_back(token);
        }
        finish();
        return joined;
    }

    std::vector<Step> steps_;
    std::vector<Label> labels_;
    bool is_there_ = false;
};

}  // namespace suture::detail
