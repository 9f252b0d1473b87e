// Text in pictures, tables and pages. It may hold any bytes, even half an emoji, so it is turned into characters that a
// drawing program and a browser can show before it is shown. Widths are estimates: nobody knows the reader's fonts.
#pragma once

#include <suture/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suture::pictures::detail {

/// A character of a text: its bytes and its code point.
struct Character {
    std::string_view bytes;
    char32_t number;
};

/// The characters of a text, with U+FFFD for bytes that are not UTF-8. The text must outlive them.
inline std::vector<Character> characters_of(std::string_view text) {
    constexpr Character replacement{"\uFFFD", U'\uFFFD'};
    std::vector<Character> characters;
    while (!text.empty()) {
        const suture::Utf8Front front = suture::utf8_front(text);
        characters.push_back(front.valid ? Character{text.substr(0, front.bytes), front.character} : replacement);
        text.remove_prefix(front.bytes);
    }
    return characters;
}

/// Whether a code point cannot be shown in XML or on a terminal: control characters, code points that Unicode will
/// never assign, and the marks that reverse the direction of the text after them.
inline bool is_unprintable(char32_t c) {
    const bool turns_text = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE || turns_text;
}

/// The text on one line, in characters that can be shown: an arrow for a newline, U+FFFD for others.
inline std::string printable(std::string_view text) {
    std::string line;
    for (const Character& c : characters_of(text))
        line += c.number == U'\n' ? "↵" : is_unprintable(c.number) ? "\uFFFD" : c.bytes;
    return line;
}

/// The text cut to at most `most` characters, with an ellipsis for the rest.
inline std::string shortened(std::string_view text, std::size_t most) {
    const std::vector<Character> characters = characters_of(text);
    const bool fits = characters.size() <= most;
    std::string start;
    for (std::size_t i = 0; i < (fits ? characters.size() : most - 1); ++i) start += characters[i].bytes;
    return fits ? start : start + "…";
}

/// The text for a place that has a single line, such as the title of an axis or a colour key.
inline std::string one_line(std::string_view text) { return shortened(printable(text), 90); }

/// The width of a character in font sizes, on the safe side: that of DejaVu Sans, which is wider than most fonts.
inline double character_width(char32_t c) {
    constexpr std::u32string_view narrow = U" ijlfrtI.,:;'|!()[]{}/\\-\"`", wide = U"mwMWQO@%—…";
    if (narrow.find(c) != narrow.npos) return 0.4;
    if (wide.find(c) != wide.npos || (c >= 0x1100 && c < 0x1F000)) return 1.0;
    if (c >= 0x1F000) return 1.3;  // emoji
    return c >= U'A' && c <= U'Z' ? 0.72 : 0.63;
}

/// The width of a text in pixels, in a font of this size.
inline double text_width(std::string_view text, double size) {
    double width = 0;
    for (const Character& c : characters_of(text)) width += character_width(c.number);
    return width * size;
}

inline double widest(const std::vector<std::string>& texts, double size) {
    double width = 0;
    for (const std::string& text : texts) width = std::max(width, text_width(text, size));
    return width;
}

inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == ' ')
            words.emplace_back();
        else
            words.back() += c;
    }
    std::erase(words, "");
    return words;
}

/// The text in lines that fit the width. A word that is wider than a line gets its own line, with its end cut off.
inline std::vector<std::string> wrapped(std::string_view text, double width, double size) {
    std::vector<std::string> lines;
    for (const std::string& whole : words_of(printable(text))) {
        const std::string word = shortened(whole, static_cast<std::size_t>(width / size));
        if (lines.empty() || text_width(lines.back() + " " + word, size) > width)
            lines.push_back(word);
        else
            lines.back() += " " + word;
    }
    return lines;
}

}  // namespace suture::pictures::detail
