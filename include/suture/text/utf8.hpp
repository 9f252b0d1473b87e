// UTF-8, character by character: where a text stops being UTF-8, and what such bytes are replaced by.
// Source: the Unicode Standard, section 3.9, table 3-7 (what is well formed) and U+FFFD substitution of maximal subparts.
#pragma once

#include "suture/tensor/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace suture::detail {

/// What a text begins with: a character, or the bytes that one U+FFFD replaces.
struct Utf8Front {
    std::size_t bytes;
    bool valid;
    char32_t character;  ///< where it is valid
};

/// How many bytes the character has that begins with this one; 0 where none does.
inline std::size_t utf8_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

/// The front of a text that is not empty.
inline Utf8Front front_of(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(first);
    if (length == 0) return {1, false, 0};
    if (length == 1) return {1, true, first};
    // The second byte's range leaves out what has a shorter form, the surrogates, and all beyond U+10FFFF.
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    char32_t character = first & (0x7F >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(i < text.size() ? text[i] : 0);
        if (byte < low || byte > high) return {i, false, 0};
        character = character << 6 | (byte & 0x3F);
        low = 0x80, high = 0xBF;
    }
    return {length, true, character};
}

/// "3F": a byte in two digits.
inline std::string hex_text(unsigned char byte) {
    constexpr const char* digits = "0123456789ABCDEF";
    return {digits[byte >> 4], digits[byte & 15]};
}

/// @throws ValueError, with the offset of the first byte that is no part of a character
inline void check_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Front front = front_of(text.substr(at));
        if (!front.valid)
            throw ValueError("the text is not UTF-8 at byte " + std::to_string(at) + " (0x" +
                             hex_text(static_cast<unsigned char>(text[at])) + "): give text that is UTF-8");
        at += front.bytes;
    }
}

/// The text with U+FFFD in the place of what is not UTF-8: Python's `bytes.decode("utf-8", errors="replace")`.
inline std::string replaced_utf8(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        const Utf8Front front = front_of(bytes);
        text += front.valid ? bytes.substr(0, front.bytes) : std::string_view("\xEF\xBF\xBD");
        bytes.remove_prefix(front.bytes);
    }
    return text;
}

}  // namespace suture::detail
