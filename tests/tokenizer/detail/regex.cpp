// Oniguruma's expressions: what they match, and what is refused. tests/tokenizers compares whole tokenizers with Python.
#include "suture/tokenizer/detail/regex.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "tokenizer/texts.hpp"

#include <string>
#include <vector>

using suture::FileError;
using suture::detail::Regex;
using suture_test::message_of;
using suture_test::says;

namespace {
using Texts = std::vector<std::string>;

/// The matches in a text. Those in the table below are what Python's Split(Regex(...), "removed", invert=True) gives.
Texts matches(const char* expression, const std::string& text) {
    Texts found;
    for (const Regex::Piece& piece : Regex(expression).pieces(text))
        if (piece.is_match && piece.begin < piece.end)
            found.push_back(text.substr(piece.begin, piece.end - piece.begin));
    return found;
}
std::string refusal(const std::string& expression) {
    return message_of<FileError>([&] { (void)Regex(expression); });
}
}  // namespace

TEST_CASE("expressions match what Oniguruma matches") {
    struct Case {
        const char *expression, *text;
        Texts matches;
    };
    const std::vector<Case> cases{
        {"^a", "a\na", {"a", "a"}},
        {"a$", "a\na\n", {"a", "a"}},
        {R"(a\Z)", "a\na\n", {"a"}},
        {R"(\Aa)", "a\na", {"a"}},
        {R"(a\z)", "a\na", {"a"}},
        {"a{2}?", "aaa", {"aa"}},         // optional, and not lazy
        {"a{1,2}+b?", "aaaa", {"aaaa"}},  // repeated, and not possessive
        {"a{,2}", "aaa", {"aa", "a"}},
        {"a{1,3}?", "aa", {"a", "a"}},
        {"a{", "aa{", {"a{"}},
        {"(?i:\\p{Lu})", "aA", {"A"}},
        {"(?i:[^s])", "sSſa", {"a"}},
        {"(?i:k)", "kKK", {"k", "K", "K"}},
        {"(?m:.)", "a\n", {"a", "\n"}},
        {".", "a\n\r", {"a", "\r"}},
        {R"([^(\s|[.,!])]+)", "ab(c,d|e )f", {"ab", "c", "d", "e", "f"}},
        {"[]a]", "]a", {"]", "a"}},
        {"[[:punct:]]", "$+a!", {"$", "+", "!"}},
        {R"(\p{Punct})", "$+a!", {"!"}},
        {"(?<=a|bc)d", "adbcd", {"d", "d"}},
        {R"(\h)", "aG", {"a"}},
        {R"(\R)", "\r\n", {"\r\n"}},
        {"[a-z&&[^aeiou]]+", "hello", {"h", "ll"}},
        {"[a&&]", "a", {}},
        {R"(\p{^L})", "a1", {"1"}},
        {R"(\P{L})", "a1", {"1"}},
        {R"(\p{Han}+)", "漢字a", {"漢字"}},
        {R"([\w-])", "a-b", {"a", "-", "b"}},
        {"a++b", "aab", {"aab"}},
        {"a*+a", "aaa", {}},
        {"(?>a|ab)c", "abc ac", {"ac"}},
        {R"(\u0061\x{62}\t\x41)", "ab\tA", {"ab\tA"}},
        {"(?x: a b # c\n)", "ab", {"ab"}},
        {"(?x:a {2} b + ?)", "aabb", {"aabb"}},
        {"a(?i)b|c", "aB aC", {"aB", "aC"}},  // the alternative is within what the option rules
        {"a(?#x)b", "ab", {"ab"}},
        {"(?<name>a)b", "ab", {"ab"}},
        {R"(\b\w)", "ab cd", {"a", "c"}},
        {R"(\B\w)", "ab cd", {"b", "d"}},
        {R"(\s+(?!\S)|\s+)", "a  b", {" ", " "}},
        {"[\\s\\S]", "é", {"é"}},
        {"\\w", "½", {"½"}},
        {"[\\w]", "½", {}},
        {"(?=b)|x*", "axxb", {"xx"}},
        {"", "ab", {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.expression);
        CAPTURE(c.text);
        CHECK(matches(c.expression, c.text) == c.matches);
    }
}

TEST_CASE("a match that PCRE2's JIT misses is found") {
    CHECK(matches(R"((?>1|[^z]+?a{1,2}[A-Z]?+ {0,2}[^\s]+|.{1,3}?$){1,2}\z)", "snake_case camelCase PascalCase") ==
          Texts{"ase camelCase PascalCase"});
}

TEST_CASE("pieces cover the text, in order") {
    laws::for_all("the pieces joined are the text", 200, [] {
        static const Regex words(
            R"((?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+|(?=x))");
        const std::string text = texts::draw_text();
        std::size_t at = 0;
        for (const Regex::Piece& piece : words.pieces(text)) {
            RC_ASSERT(piece.begin == at);
            RC_ASSERT(piece.end >= piece.begin);
            at = piece.end;
        }
        RC_ASSERT(at == text.size());
    });
    CHECK(Regex("a").pieces("").size() == 1);
}

TEST_CASE("a letter that came with Unicode 16 is a letter, whatever PCRE2 knows") {
    CHECK(matches(R"(\p{L}+)", "\xF0\x90\x97\x80\xE1\xB2\x89") == Texts{"\xF0\x90\x97\x80\xE1\xB2\x89"});
}

TEST_CASE("what cannot be matched as Oniguruma does is refused with the position") {
    CHECK(refusal("(a)\\1") ==
          "the expression \"(a)\\\\1\" has the escape \\1, which is not known here, at character 4: split with "
          "what Oniguruma and PCRE2 both have");
    CHECK(says(refusal("(?i:ss)"), "ignores the case of \"ss\", which one character can equal,"));
    CHECK(says(refusal("(?i:Fl)"), "ignores the case of \"fl\""));
    CHECK(says(refusal("(?i:ß)"), "ignores the case of a character that several can equal,"));
    CHECK(says(refusal("(?i:[ß])"), "ignores the case of a class with characters that several can equal,"));
    CHECK(says(refusal("\\p{Klingon}"), "has the property \"Klingon\", which is not known here,"));
    for (const char* unclosed : {"(a", "[a", "(?:", "a\\", "(?<n", "[[:alpha:]", "\\p{L", "(?i"})
        CHECK(says(refusal(unclosed), "the expression \"", ": split with what"));
    for (const char* wrong :
         {"a)",    "*a",      "^*",      "[b-a]", "[a-\\d]",     "(?s:a)", "(?P<n>a)", "\\K",      "\\X",    "\\G",
          "(?~a)", "(?(1)a)", "(*FAIL)", "\\pL",  "\\x{110000}", "\\xFF",  "a{3,1}",   "(?<=a+)b", "\\k<n>", "\\y"})
        CHECK(says(refusal(wrong), ": split with what Oniguruma and PCRE2 both have"));
    CHECK(says(refusal(std::string(100000, '(')), "is nested more than 200 deep"));
    CHECK(says(refusal(std::string(100000, '[')), "is nested more than 200 deep"));
    std::string many;
    for (char32_t c = 0x4E00; c < 0x4E00 + 300; ++c) suture::detail::append_utf8(many, c);
    CHECK(says(refusal(many), "tells more than 256 kinds of characters apart"));
}
