// Texts for the properties of tokenizers: UTF-8 of every kind, and other bytes.
#pragma once

#include "suture/text/visible_text.hpp"

#include "laws/property.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace texts {

inline std::string utf8_of(std::int64_t character) {
    const auto byte = [](std::int64_t bits) { return static_cast<char>(bits); };
    const auto next = [&](int shift) { return byte(0x80 | (character >> shift & 0x3F)); };
    if (character < 0x80) return {byte(character)};
    if (character < 0x800) return {byte(0xC0 | character >> 6), next(0)};
    if (character < 0x10000) return {byte(0xE0 | character >> 12), next(6), next(0)};
    return {byte(0xF0 | character >> 18), next(12), next(6), next(0)};
}

/// A character: ASCII, accented, of another script, an emoji, or any other code point.
inline std::string draw_character() {
    const std::int64_t end = laws::one_of<std::int64_t>({0x80, 0x250, 0x3000, 0x20000, 0x110000});
    const std::int64_t character = laws::draw(0, end);
    return utf8_of(character >= 0xD800 && character < 0xE000 ? 'x' : character);
}

inline const std::vector<std::string> pieces{
    "the",  " Paris", " ",        "\n",  "'s", "don't",       "2019",          ", ",      "  ",   "naïve",
    "日本", "\t",     "\xC2\xA0", "...", "\\", "👩‍💻", "<|endoftext|>", "<|endof", "\r\n", "ing"};

/// Words, white space and marks as in written text, and single characters of any kind.
inline std::string draw_text(std::int64_t most = 12) {
    std::string text;
    for (std::int64_t left = laws::draw(0, most); left > 0; --left)
        text += laws::once_in(3) ? draw_character() : laws::one_of(pieces);
    RC_LOG() << suture::detail::in_quotes(text) << "\n";
    return text;
}

/// Bytes that need not be UTF-8.
inline std::string draw_bytes() {
    std::string bytes = draw_text(4);
    for (std::int64_t left = laws::draw(0, 6); left > 0; --left)
        bytes.insert(static_cast<std::size_t>(laws::draw(0, static_cast<std::int64_t>(bytes.size()) + 1)), 1,
                     static_cast<char>(laws::draw(0, 256)));
    RC_LOG() << suture::detail::in_quotes(bytes) << "\n";
    return bytes;
}

}  // namespace texts
