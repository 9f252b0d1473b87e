// What expressions match, and what matching may take. tests/tokenizers compares whole tokenizers with Python.
#include "suture/tokenizer/detail/regex.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "tokenizer/texts.hpp"

#include <ctime>
#include <functional>
#include <string>
#include <vector>

using suture::FileError;
using suture::ValueError;
using suture::detail::Regex;
using suture::detail::TextWork;
using suture_test::message_of;
using suture_test::says;

namespace {
using Texts = std::vector<std::string>;

std::vector<Regex::Piece> pieces(const Regex& regex, const std::string& text) {
    TextWork work(text.size());
    return regex.pieces(text, work);
}
/// The matches in a text. Those in the table below are what Python's Split(Regex(...), "removed", invert=True) gives.
Texts matches(const char* expression, const std::string& text) {
    Texts found;
    for (const Regex::Piece& piece : pieces(Regex(expression), text))
        if (piece.is_match && piece.begin < piece.end)
            found.push_back(text.substr(piece.begin, piece.end - piece.begin));
    return found;
}
/// How an expression is refused on a text.
std::string refusal(const char* expression, const std::string& text) {
    return message_of<ValueError>([&] { (void)pieces(Regex(expression), text); });
}
std::string repeated(const std::string& word, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += word;
    return text;
}
double seconds(const std::function<void()>& task) {
    const std::clock_t began = std::clock();
    task();
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
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
        for (const Regex::Piece& piece : pieces(words, text)) {
            RC_ASSERT(piece.begin == at);
            RC_ASSERT(piece.end >= piece.begin);
            at = piece.end;
        }
        RC_ASSERT(at == text.size());
    });
    CHECK(pieces(Regex("a"), "").size() == 1);
}

TEST_CASE("a letter that came with Unicode 16 is a letter, whatever PCRE2 knows") {
    CHECK(matches(R"(\p{L}+)", "\xF0\x90\x97\x80\xE1\xB2\x89") == Texts{"\xF0\x90\x97\x80\xE1\xB2\x89"});
}

TEST_CASE("an expression that tries a text in too many ways is refused by its name, in about a second") {
    const std::string letters(10000, 'a');
    const std::string refused = refusal("(?:a|aa)+$", letters + "!");
    CHECK(says(refused, "the expression \"(?:a|aa)+$\" takes too much on this text (more than 403000300 steps"));
    CHECK(says(refused, "at byte 0 of 10001): give a shorter text, or an expression that can match it in fewer ways"));
    struct Case {
        const char* expression;
        std::string text;
    };
    const std::vector<Case> slow{
        {"(?:a|aa)+$", letters + "!" + letters + "!"},
        {"(?:a+)+[!?]{2}", letters + "!"},  // once, beyond any number
        {"(?:a|b|ab)*+(?:a|aa){40}c?$", letters + "!"},
        {"(?:a?){60}[a!]{60}$", letters + "!"},  // no group repeats without end
        {"(?=(?:a|aa)+$)|x", letters + "!"},     // within what has no length
        {"(?:(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)){8,}$", letters + "!"},
        {"[a-z]*[a-z]*[a-z]*[0-9!]{2}", letters + "!"},           // as the cube of the length
        {"[a-z]?[a-z]*+[0-9!]{2}", repeated("a", 300000) + "!"},  // a little at each of many places
        {"b?[^c]*?[0-9!]{2}", repeated("a", 300000) + "!"},
        {"b?[a-z]++[0-9!]{2}", repeated("a", 300000) + "!"},
    };
    for (const Case& c : slow) {
        CAPTURE(c.expression);
        std::string message;
        CHECK(seconds([&] { message = refusal(c.expression, c.text); }) < 20);  // this build is not optimised
        CHECK(says(message, "takes too much on this text"));
    }
}

TEST_CASE("work is counted for the text as a whole, and not for each of its parts") {
    const Regex regex("(?:a|aa)+$");
    const std::string part = std::string(24, 'a') + "!";
    TextWork work(part.size());
    std::size_t parts = 0;
    const std::string refused = message_of<ValueError>([&] {
        for (; parts < 100000; ++parts) (void)regex.pieces(part, work);
    });
    CHECK(parts > 10);
    CHECK(parts < 10000);
    CHECK(says(refused, "takes too much on this text"));
}

TEST_CASE("long lines are far from the limit of a published expression, whatever they repeat") {
    const std::vector<const char*> published{
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
        R"(\s+$)", " {2,}"};
    constexpr std::size_t length = 200'000;
    for (const char* expression : published) {
        const Regex regex(expression);
        for (const char* word : {"a", "A", "Aa", "aA", "é", "漢", "1", "!", " ", "\n", " \n", "\r\n  ", "'s", "́",
                                 "The quick brown fox's 1234 jumps!\n  ", "\t\t", "!?\n"}) {
            CAPTURE(expression);
            CAPTURE(word);
            const std::string text = repeated(word, length) + "x";
            TextWork work(text.size());
            CHECK_NOTHROW((void)regex.pieces(text, work));
            CHECK(work.steps() < 100 * text.size());
        }
    }
    // Numbers in groups of three from the right, which look to the end of the number from each group.
    CHECK(matches(R"(\p{N}{1,3}(?=(?:\p{N}{3})*\b))", std::string(10'001, '7')).size() == 3334);
}

TEST_CASE("what PCRE2 cannot compile is refused with its reason") {
    CHECK(says(message_of<FileError>([] { (void)Regex("(?<=a+)b"); }),
               "the expression \"(?<=a+)b\" cannot be compiled by PCRE2 (",
               "): split with what Oniguruma and PCRE2 both have"));
}

TEST_CASE("an expression with more kinds of characters than a byte has symbols is refused") {
    std::string many;
    for (char32_t c = 0x4E00; c < 0x4E00 + 300; ++c) suture::detail::append_utf8(many, c);
    CHECK(says(message_of<FileError>([&] { (void)Regex(many); }), "tells more than 256 kinds of characters apart"));
}
