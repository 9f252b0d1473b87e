// How the files of a byte-level tokenizer write bytes: each as a character that can be seen. A byte that is a visible
// character of Latin-1 stands for itself; the other 68 are U+0100, U+0101, ... in turn, so that " the" is "Ġthe".
// Source: Radford et al. 2019, `bytes_to_unicode` in OpenAI's encoder.py (https://github.com/openai/gpt-2).
#pragma once

#include "suture/text/utf8.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace suture::detail {

inline constexpr std::size_t alphabet_end = 0x100 + 68;  ///< the first code point that stands for no byte

/// The byte that each code point stands for; -1 for none.
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

/// The bytes that an entry of vocab.json or merges.txt stands for; none if one of its characters stands for no byte.
inline std::optional<std::string> alphabet_bytes(std::string_view entry) {
    std::string bytes;
    while (!entry.empty()) {
        const Utf8Front front = front_of(entry);
        if (!front.valid || front.character >= alphabet_end || byte_of_character[front.character] < 0)
            return std::nullopt;
        bytes += static_cast<char>(byte_of_character[front.character]);
        entry.remove_prefix(front.bytes);
    }
    return bytes;
}

}  // namespace suture::detail
