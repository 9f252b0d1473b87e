// Texts as a label or a message shows them: what cannot be seen is escaped, so that no two texts look the same.
// Law: from_visible(visible(text)) == text, for all bytes.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/text/pattern.hpp"
#include "suture/text/utf8.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace suture::detail {

/// True for a character that shows itself; false for controls, white space other than " ", and the escape's own sign.
inline bool shows_itself(std::string_view character) {
    static const pattern unseen(R"([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\\])");
    bool shows = true;
    if (character != " ") unseen.for_each_match(character, [&](std::string_view) { shows = false; });
    return shows;
}

/// The escapes of one letter: what stands behind the backslash, and the byte that it means.
struct LetterEscape {
    char letter, byte;
};
inline constexpr std::array<LetterEscape, 4> letter_escapes{{{'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};

inline std::string escaped(char byte) {
    for (const LetterEscape& e : letter_escapes)
        if (e.byte == byte) return {'\\', e.letter};
    return "\\x" + hex_text(static_cast<unsigned char>(byte));
}

/// The text with \n, \r, \t and \\ for these, and \xNN for each byte of what else cannot be seen or is not UTF-8.
inline std::string visible(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const Utf8Front front = front_of(text);
        const std::string_view bytes = text.substr(0, front.bytes);
        if (front.valid && shows_itself(bytes))
            shown += bytes;
        else
            for (const char byte : bytes) shown += escaped(byte);
        text.remove_prefix(front.bytes);
    }
    return shown;
}

/// "a\n": the text as `visible`, in quotes; of a long one the beginning.
inline std::string in_quotes(std::string_view text) {
    std::size_t room = 80;
    if (text.size() <= room) return "\"" + visible(text) + "\"";
    while (room > 0 && (text[room] & 0xC0) == 0x80) --room;  // do not cut through a character
    return "\"" + visible(text.substr(0, room)) + "...\"";
}

/// What a text begins with: a byte, and how much of the text stands for it; nothing where an escape is none.
struct ShownByte {
    char byte = 0;
    std::size_t length = 0;
};

inline ShownByte front_byte(std::string_view text) {
    if (text.front() != '\\') return {text.front(), 1};
    for (const LetterEscape& e : letter_escapes)
        if (text.substr(1, 1) == std::string_view(&e.letter, 1)) return {e.byte, 2};
    if (!text.starts_with("\\x") || text.size() < 4) return {};
    unsigned char byte = 0;
    const char* end = text.data() + 4;
    if (std::from_chars(text.data() + 2, end, byte, 16).ptr != end) return {};
    return {static_cast<char>(byte), 4};
}

/// The text that `visible` shows so. Escapes apart, characters stand for themselves.
/// @throws ValueError if a backslash begins no escape
inline std::string from_visible(std::string_view shown) {
    std::string text;
    for (std::size_t at = 0; at < shown.size();) {
        const ShownByte front = front_byte(shown.substr(at));
        if (front.length == 0)
            throw ValueError("'" + std::string(shown) + "' has a backslash at byte " + std::to_string(at) +
                             " that begins no escape: write \\\\ for it, or \\n, \\r, \\t, \\xNN");
        text += front.byte;
        at += front.length;
    }
    return text;
}

}  // namespace suture::detail
