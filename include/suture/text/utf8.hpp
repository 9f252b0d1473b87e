// UTF-8, character by character: finding and replacing invalid bytes.
// Source: the Unicode Standard, section 3.9: table 3-7 (well-formed UTF-8) and "U+FFFD Substitution of Maximal
// Subparts".
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "suture/core/refuse.hpp"

namespace suture {

/// The beginning of a text: one character, or the invalid bytes that one U+FFFD replaces.
struct Utf8Front {
    std::size_t bytes;
    bool valid;
    char32_t character;  ///< the code point if `valid`, else 0
};

namespace detail {
/// The length in bytes of a character that begins with this byte; 0 if none does.
inline std::size_t utf8_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}
}  // namespace detail

/// The first character of a text. @pre the text is not empty
inline Utf8Front utf8_front(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = detail::utf8_length(first);
    if (length == 0) return {1, false, 0};
    if (length == 1) return {1, true, first};
    // The range of the second byte excludes overlong forms, surrogates, and code points beyond U+10FFFF.
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

namespace detail {
/// "3F": a byte as two hexadecimal digits.
inline std::string hex_text(unsigned char byte) {
    constexpr const char* digits = "0123456789ABCDEF";
    return {digits[byte >> 4], digits[byte & 15]};
}
}  // namespace detail

/// @throws ValueError, with the offset of the first invalid byte, unless the text is UTF-8
inline void check_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Front front = utf8_front(text.substr(at));
        if (!front.valid)
            throw ValueError("the text is not UTF-8 at byte " + std::to_string(at) + " (0x" +
                             detail::hex_text(static_cast<unsigned char>(text[at])) + "): give UTF-8 text");
        at += front.bytes;
    }
}

namespace detail {
/// A text that a function takes. Anything else stops the build with a sentence. No overload says it, so the function's name
/// remains a value: `transform(words, visible_text)`.
struct GivenText : std::string_view {
    template <class Text>
        requires(std::convertible_to<const Text&, std::string_view>)
    GivenText(const Text& text) : std::string_view(text) {}
    template <class Other>
        requires(!std::convertible_to<const Other&, std::string_view>)
    GivenText(const Other&) {
        static_assert(std::convertible_to<const Other&, std::string_view>,
                      "this takes one text: give a string, with std::to_string for a number");
    }
};

/// An object and not a function, so that a call with anything else is refused and the name is still a value.
struct ReplacedUtf8 {
    std::string operator()(GivenText bytes) const {
        std::string text;
        while (!bytes.empty()) {
            const Utf8Front front = utf8_front(bytes);
            text += front.valid ? bytes.substr(0, front.bytes) : std::string_view("\xEF\xBF\xBD");
            bytes.remove_prefix(front.bytes);
        }
        return text;
    }
    template <class...>
    SUTURE_REJECTED("this takes one text: write replaced_utf8(text)", operator()(...) const);
};
}  // namespace detail

/// The text with each invalid sequence replaced by U+FFFD, like Python's `bytes.decode("utf-8", errors="replace")`.
inline constexpr detail::ReplacedUtf8 replaced_utf8{};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
