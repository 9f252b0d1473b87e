// Text as labels show it, and back.
#include "suture/text/visible_text.hpp"

#include "suture/text/pattern.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "tokenizer/texts.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace suture;
using suture::from_visible_text;
using suture::visible_text;
using suture::detail::in_quotes;
using suture_test::message_of;

TEST_CASE("the functions of a text are values, for algorithms and ranges") {
    const std::vector<std::string> words{"a\n", "b"};
    std::vector<std::string> shown(2), back(2);
    std::transform(words.begin(), words.end(), shown.begin(), visible_text);
    std::transform(shown.begin(), shown.end(), back.begin(), from_visible_text);
    CHECK(shown == std::vector<std::string>{"a\\n", "b"});
    CHECK(back == words);
}

TEST_CASE("visible text is UTF-8 without control characters and can be turned back into any bytes") {
    laws::for_all("from_visible_text(visible_text(bytes)) == bytes", 1000, [] {
        const std::string bytes = texts::draw_bytes(), shown = visible_text(bytes);
        RC_ASSERT(from_visible_text(shown) == bytes);
        suture::check_utf8(shown);
        RC_ASSERT(std::none_of(shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }));
    });
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        CHECK(from_visible_text(visible_text(one)) == one);
    }
}

TEST_CASE("visible characters are kept, and invisible ones are escaped") {
    const std::vector<std::pair<std::string, std::string>> expected{
        {" Paris", " Paris"},
        {"naïve 日本 😀 \"'", "naïve 日本 😀 \"'"},
        {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
        {"\\n", "\\\\n"},
        {std::string("\0\x1B\x7F", 3), "\\x00\\x1B\\x7F"},
        {"\xC2\xA0", "\\xC2\\xA0"},           // a no-break space
        {"\xC2\x85", "\\xC2\\x85"},           // a control beyond ASCII
        {"\xE2\x80\x8D", "\\xE2\\x80\\x8D"},  // a zero-width joiner
        {"\xE2\x80\xA8", "\\xE2\\x80\\xA8"},  // a line separator
        {"\xE2\x80\xAE", "\\xE2\\x80\\xAE"},  // a right-to-left override
        {"\xF0\x9F\x98", "\\xF0\\x9F\\x98"},  // an emoji without its last byte
        {"\xA9z", "\\xA9z"}};
    for (const auto& [text, shown] : expected) CHECK(visible_text(text) == shown);
}

TEST_CASE("characters without a shape of their own are those of Unicode's categories") {
    const suture::detail::Pattern unseen(R"([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}])");
    const auto utf8 = [](char32_t c) -> std::string {
        const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
        if (c < 0x80) return {static_cast<char>(c)};
        if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
        if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
        return {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
    };
    const auto is_unseen = [&](char32_t c) {
        bool found = false;
        unseen.for_each_match(utf8(c), [&](std::string_view) { found = true; });
        return found;
    };
    for (const auto& range : suture::detail::unseen_characters)
        for (char32_t c = range.first; c <= range.last; ++c) CHECK(is_unseen(c));
    for (char32_t c = 0x21; c < 0x600; ++c)
        if (c != U'\\') CHECK(suture::detail::shows_itself(c) == !is_unseen(c));
}

TEST_CASE("unescaped characters and lower-case digits are accepted") {
    CHECK(from_visible_text("a\nb") == "a\nb");
    CHECK(from_visible_text("\\xe2\\x80\\x8d") == "\xE2\x80\x8D");
}

TEST_CASE("a backslash that does not begin an escape is refused with its offset") {
    for (const char* text : {"ab\\", "ab\\q", "ab\\x", "ab\\x4", "ab\\x4g", "ab\\x-1", "ab\\N"})
        CHECK(message_of<ValueError>([&] { (void)from_visible_text(text); }) ==
              "'" + std::string(text) +
                  "' has a backslash at byte 2 that does not begin an escape: write \\\\ for a backslash, or \\n, "
                  "\\r, \\t, \\xNN");
}

TEST_CASE("a long text is shortened without cutting a character") {
    CHECK(in_quotes("a\n") == "\"a\\n\"");
    CHECK(in_quotes(std::string(80, 'a')) == "\"" + std::string(80, 'a') + "\"");
    CHECK(in_quotes(std::string(81, 'a')) == "\"" + std::string(80, 'a') + "...\"");
    const std::string many(79, 'a');
    CHECK(in_quotes(many + "éx") == "\"" + many + "...\"");
}
