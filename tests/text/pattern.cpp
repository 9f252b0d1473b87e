// Regular expressions: matches in order, and the expressions that PCRE2 refuses.
#include "suture/text/pattern.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using suture::detail::Pattern;
using suture::detail::white_space;

namespace {
std::vector<std::string> matches(const std::string& expression, const std::string& text) {
    std::vector<std::string> found;
    Pattern(expression).for_each_match(text, [&](std::string_view match) { found.emplace_back(match); });
    return found;
}
using Texts = std::vector<std::string>;
}  // namespace

TEST_CASE("matches come in order, and the text between them is skipped") {
    CHECK(matches("[a-z]+", "ab 12 c, d") == Texts{"ab", "c", "d"});
    CHECK(matches("[a-z]+", "12") == Texts{});
    CHECK(matches("[a-z]+", "") == Texts{});
}

TEST_CASE("classes are Unicode's, and a character is matched whole") {
    CHECK(matches("\\p{L}+", "Größe 日本 ١٢") == Texts{"Größe", "日本"});
    CHECK(matches("\\p{N}+", "Ⅷ ½ ١٢") == Texts{"Ⅷ", "½", "١٢"});
    CHECK(matches("\\w+", "Größe x") == Texts{"Größe", "x"});
    CHECK(matches(".", "😀é") == Texts{"😀", "é"});
}

TEST_CASE("the expression sees the text before a match") {
    CHECK(matches("(?<=a)b", "ab b") == Texts{"b"});
    CHECK(matches("b(?!c)", "bc b") == Texts{"b"});
}

TEST_CASE("white space is defined by Unicode") {
    const std::string white = std::string("[") + white_space + "]";
    for (const char* space : {" ", "\t", "\n", "\v", "\f", "\r", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80",
                              "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"})
        CHECK(matches(white, space) == Texts{space});
    for (const char* other : {"\x1C", "\x1F", "\xE1\xA0\x8E", "\xE2\x80\x8B", "\xEF\xBB\xBF", "a"})
        CHECK(matches(white, other) == Texts{});
}

TEST_CASE("an invalid expression is refused with PCRE2's reason") {
    const std::string said = suture_test::message_of<suture::Error>([] { Pattern("a("); });
    CHECK(suture_test::says(said, "PCRE2 cannot compile a( (missing closing parenthesis): use"));
}
