// The text of a config.json as Python reads it: JSON, and the numbers NaN, Infinity and -Infinity, which JSON lacks.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/file/detail/other_formats.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

/// "line 3, column 12", counted from 1
inline std::string place_in_text(std::string_view text, std::size_t at) {
    std::size_t line = 1, begin = 0;
    for (std::size_t i = 0; i < at; ++i)
        if (text[i] == '\n') ++line, begin = i + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(at - begin + 1);
}

/// The members of the outermost object, and of those that hold a number which JSON lacks: which, and where.
struct ConfigText {
    nlohmann::json fields;
    std::map<std::string, std::string> not_json;  ///< "NaN (line 3, column 12)" by the member's name
};

namespace config_text {
struct Word {
    std::string_view written, stands_in;  ///< of one length, so that the parser's places stay true
};
inline constexpr std::array<Word, 3> words{{{"NaN", "0.0"}, {"-Infinity", "-0.000000"}, {"Infinity", "0.000000"}}};

/// Puts numbers in place of the words, and notes the outer members that they are in.
inline std::map<std::string, std::string> replace_words(std::string& text) {
    std::map<std::string, std::string> found;
    std::size_t depth = 0, key_begin = 0, key_end = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            const std::size_t begin = at + 1;
            for (++at; at < text.size() && text[at] != '"'; ++at)
                if (text[at] == '\\') ++at;
            const std::size_t next = text.find_first_not_of(" \t\r\n", std::min(at, text.size() - 1) + 1);
            if (depth == 1 && next != text.npos && text[next] == ':') key_begin = begin, key_end = at;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= depth > 0 && (c == '}' || c == ']');
        for (const Word& word : words)
            if (text.compare(at, word.written.size(), word.written) == 0) {
                if (key_end > key_begin)
                    found.try_emplace(text.substr(key_begin, key_end - key_begin),
                                      std::string(word.written) + " (" + place_in_text(text, at) + ")");
                text.replace(at, word.written.size(), word.stands_in);
                at += word.written.size() - 1;
                break;
            }
    }
    return found;
}
}  // namespace config_text

/// @throws FileError, without the path, unless the text is an object
inline ConfigText read_config_text(std::string text) {
    const char* const remedy = "give the config.json of a Hugging Face model";
    refuse_lfs_pointer(text);
    if (text.find_first_not_of(" \t\r\n") == text.npos) refuse_file("is empty", remedy);
    ConfigText config;
    config.not_json = config_text::replace_words(text);
    try {
        config.fields = nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
        refuse_file("is not a JSON object (" + parse_reason(error) + ")", remedy);
    }
    if (!config.fields.is_object()) refuse_file("is not a JSON object but " + json_text(config.fields), remedy);
    return config;
}

}  // namespace suture::detail
