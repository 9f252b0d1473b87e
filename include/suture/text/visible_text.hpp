// Text as a label or a message shows it: invisible characters are escaped, so that different texts look different.
// Law: from_visible_text(visible_text(text)) == text, for all bytes.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The characters from `first` to `last`.
struct CharacterRange {
    char32_t first, last;
};
/// The characters that cannot be seen: Unicode 14's categories Cc, Cf, Zl, Zp and Zs.
inline constexpr std::array<CharacterRange, 25> unseen_characters{
    {{0x0, 0x20},        {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},
     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},     {0x1680, 0x1680},
     {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},   {0x205F, 0x2064},   {0x2066, 0x206F},
     {0x3000, 0x3000},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
     {0x13430, 0x13438}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F}}};

/// True for a character that shows itself; false for controls, white space other than " ", and the escape's own sign.
inline bool shows_itself(char32_t c) {
    const auto holds = [c](const CharacterRange& r) { return r.first <= c && c <= r.last; };
    return c == U' ' || (c != U'\\' && std::none_of(unseen_characters.begin(), unseen_characters.end(), holds));
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

/// An object and not a function, so that a call with anything else is refused and the name is still a value.
struct VisibleText {
    std::string operator()(GivenText text) const {
        std::string shown;
        while (!text.empty()) {
            const Utf8Front front = utf8_front(text);
            const std::string_view bytes = text.substr(0, front.bytes);
            if (front.valid && shows_itself(front.character))
                shown += bytes;
            else
                for (const char byte : bytes) shown += escaped(byte);
            text.remove_prefix(front.bytes);
        }
        return shown;
    }
    template <class...>
    SUTURE_REJECTED("this takes one text: write visible_text(text)", operator()(...) const);
};
}  // namespace detail

/// The text with the escapes of C++ for a line feed, a carriage return, a tab and a backslash, and with a hexadecimal
/// escape for each byte of any other character that is invisible, and for each byte that is not UTF-8. All other
/// characters are kept.
inline constexpr detail::VisibleText visible_text{};

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

/// An object and not a function, so that a call with anything else is refused and the name is still a value.
struct FromVisibleText {
    std::string operator()(GivenText shown) const {
        std::string text;
        for (std::size_t at = 0; at < shown.size();) {
            const ShownByte front = front_byte(shown.substr(at));
            if (front.length == 0)
                throw ValueError("'" + std::string(shown) + "' has a backslash at byte " + std::to_string(at) +
                                 " that does not begin an escape: write \\\\ for a backslash, or \\n, \\r, \\t, \\xNN");
            text += front.byte;
            at += front.length;
        }
        return text;
    }
    template <class...>
    SUTURE_REJECTED("this takes one text: write from_visible_text(shown)", operator()(...) const);
};
}  // namespace detail

/// The inverse of `visible_text`. Characters other than escapes stand for themselves.
/// @throws ValueError if a backslash does not begin an escape
inline constexpr detail::FromVisibleText from_visible_text{};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
