// UTF-8: valid characters, refused bytes with their offsets, and bytes replaced by U+FFFD.
#include "suture/text/utf8.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "tokenizer/texts.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture::check_utf8;
using suture::replaced_utf8;
using suture::utf8_front;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("the first and the last character of each length are characters") {
    const std::vector<std::pair<std::string, char32_t>> edges{
        {std::string(1, '\0'), 0},     {"\x7F", 0x7F},           {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},           {"\xE0\xA0\x80", 0x800},  {"\xED\x9F\xBF", 0xD7FF},
        {"\xEE\x80\x80", 0xE000},      {"\xEF\xBF\xBF", 0xFFFF}, {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF}};
    for (const auto& [captured, character] : edges) {
        const std::string& bytes = captured;  // clang 14 cannot capture a structured binding
        CAPTURE(bytes);
        CHECK(utf8_front(bytes + "x").valid);
        CHECK(utf8_front(bytes + "x").bytes == bytes.size());
        CHECK(utf8_front(bytes + "x").character == character);
    }
}

TEST_CASE("every character is read as a whole") {
    laws::for_all("utf8_front(utf8_of(c)) is c", 2000, [] {
        const std::string bytes = texts::draw_character();
        const auto front = utf8_front(bytes + texts::draw_character());
        RC_ASSERT(front.valid);
        RC_ASSERT(front.bytes == bytes.size());
        RC_ASSERT(texts::utf8_of(front.character) == bytes);
    });
}

TEST_CASE("invalid UTF-8 is replaced as with Python's errors=\"replace\"") {
    const std::string mark = "\xEF\xBF\xBD";
    const std::vector<std::pair<std::string, std::string>> expected{
        {"\xF0\x9F\x98", mark},                           // an emoji without its last byte
        {"\xE2\x28\xA1", mark + "(" + mark},              // an invalid second byte
        {"\xC0\xAF", mark + mark},                        // an overlong form
        {"\xED\xA0\x80", mark + mark + mark},             // a surrogate
        {"\xF4\x90\x80\x80", mark + mark + mark + mark},  // beyond U+10FFFF
        {"\x80\xBF", mark + mark},                        // the middle of a character
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", mark + mark + mark + mark + "A"}};
    for (const auto& [bytes, text] : expected) CHECK(replaced_utf8(bytes) == text);
}

TEST_CASE("UTF-8 passes the check and is kept by the replacement, which turns any bytes into UTF-8") {
    laws::for_all("replaced_utf8(text) == text", 500, [] {
        const std::string text = texts::draw_text();
        check_utf8(text);
        RC_ASSERT(replaced_utf8(text) == text);
    });
    laws::for_all("replaced_utf8(bytes) is UTF-8", 500, [] { check_utf8(replaced_utf8(texts::draw_bytes())); });
}

TEST_CASE("an invalid byte is refused with its offset") {
    laws::for_all("the offset is that of the byte", 300, [] {
        const std::string before = texts::draw_text(), offset = std::to_string(before.size());
        const std::string said = message_of<ValueError>([&] { check_utf8(before + "\xFF" + texts::draw_text()); });
        RC_ASSERT(said == "the text is not UTF-8 at byte " + offset + " (0xFF): give UTF-8 text");
    });
    CHECK(says(message_of<ValueError>([] { check_utf8("ab\xE2\x82"); }), "at byte 2 (0xE2)"));
}
