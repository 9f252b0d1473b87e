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
