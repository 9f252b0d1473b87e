// Text as a label or a message shows it: invisible characters are escaped, so that different texts look different.
// Law: from_visible_text(visible_text(text)) == text, for all bytes.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/text/pattern.hpp"
#include "suture/text/utf8.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace suture {

namespace detail {
/// Whether a character is shown as itself. Controls, white space other than " ", and the backslash are not.
inline bool shows_itself(std::string_view character) {
    static const Pattern unseen(R"([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\\])");
    bool shows = true;
    if (character != " ") unseen.for_each_match(character, [&](std::string_view) { shows = false; });
    return shows;
}

/// An escape of one letter: the letter after the backslash, and the byte it stands for.
struct LetterEscape {
    char letter, byte;
};
inline constexpr std::array<LetterEscape, 4> letter_escapes{{{'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};

inline std::string escaped(char byte) {
    for (const LetterEscape& e : letter_escapes)
        if (e.byte == byte) return {'\\', e.letter};
    return "\\x" + hex_text(static_cast<unsigned char>(byte));
}
}  // namespace detail

/// The text with the escapes \n, \r, \t and \\, and with \xNN for each byte of any other character that is invisible,
/// and for each byte that is not UTF-8. All other characters are kept.
inline std::string visible_text(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const Utf8Front front = utf8_front(text);
        const std::string_view bytes = text.substr(0, front.bytes);
        if (front.valid && detail::shows_itself(bytes))
            shown += bytes;
        else
            for (const char byte : bytes) shown += detail::escaped(byte);
        text.remove_prefix(front.bytes);
    }
    return shown;
}

namespace detail {
/// "a\n": the text as `visible_text`, in quotes; only the beginning of a long one.
inline std::string in_quotes(std::string_view text) {
    std::size_t room = 80;
    if (text.size() <= room) return "\"" + visible_text(text) + "\"";
    while (room > 0 && (text[room] & 0xC0) == 0x80) --room;  // do not cut through a character
    return "\"" + visible_text(text.substr(0, room)) + "...\"";
}

/// The first byte that a visible text stands for, and the length of its escape; length 0 if the escape is invalid.
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
}  // namespace detail

/// The inverse of `visible_text`. Characters other than escapes stand for themselves.
/// @throws ValueError if a backslash does not begin an escape
inline std::string from_visible_text(std::string_view shown) {
    std::string text;
    for (std::size_t at = 0; at < shown.size();) {
        const detail::ShownByte front = detail::front_byte(shown.substr(at));
        if (front.length == 0)
            throw ValueError("'" + std::string(shown) + "' has a backslash at byte " + std::to_string(at) +
                             " that does not begin an escape: write \\\\ for a backslash, or \\n, \\r, \\t, \\xNN");
        text += front.byte;
        at += front.length;
    }
    return text;
}

}  // namespace suture
