// The alphabet of byte-level tokenizers' files, which write each byte as a visible character. A byte that is a visible
// character of Latin-1 stands for itself; the other 68 are U+0100, U+0101, ... in order, so that " the" is "Ġthe".
// Source: Radford et al. 2019, `bytes_to_unicode` in OpenAI's encoder.py (https://github.com/openai/gpt-2).
#pragma once

#include "suture/text/utf8.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace suture::detail {

inline constexpr std::size_t alphabet_end = 0x100 + 68;  ///< one past the last code point of the alphabet

/// The byte that each code point stands for, or -1.
inline constexpr std::array<int, alphabet_end> byte_of_character = [] {
    std::array<int, alphabet_end> bytes{};
    bytes.fill(-1);
    std::size_t next = 0x100;
    for (std::size_t byte = 0; byte < 0x100; ++byte) {
        const bool visible = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);  // 0xAD: the soft hyphen
        bytes[visible ? byte : next++] = static_cast<int>(byte);
    }
    return bytes;
}();

/// The character that each byte is written as.
inline constexpr std::array<char32_t, 0x100> character_of_byte = [] {
    std::array<char32_t, 0x100> characters{};
    for (char32_t c = 0; c < alphabet_end; ++c)
        if (byte_of_character[c] >= 0) characters[static_cast<std::size_t>(byte_of_character[c])] = c;
    return characters;
}();

/// Bytes, written in the alphabet. Law: alphabet_bytes(alphabet_text(bytes)) == bytes.
inline std::string alphabet_text(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 2);
    for (const char byte : bytes) {
        const char32_t c = character_of_byte[static_cast<unsigned char>(byte)];
        if (c < 0x80) {
            text += static_cast<char>(c);
        } else {
            text += static_cast<char>(0xC0 | (c >> 6));
            text += static_cast<char>(0x80 | (c & 0x3F));
        }
    }
    return text;
}

/// The bytes that an entry of vocab.json or merges.txt stands for; empty if a character is not in the alphabet.
inline std::optional<std::string> alphabet_bytes(std::string_view entry) {
    std::string bytes;
    while (!entry.empty()) {
        const Utf8Front front = utf8_front(entry);
        if (!front.valid || front.character >= alphabet_end || byte_of_character[front.character] < 0)
            return std::nullopt;
        bytes += static_cast<char>(byte_of_character[front.character]);
        entry.remove_prefix(front.bytes);
    }
    return bytes;
}

}  // namespace suture::detail
