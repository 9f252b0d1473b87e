// How expressions are read: what PCRE2 is given for them, and what is refused.
#include "suture/tokenizer/detail/regex_reader.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <algorithm>
#include <string>

using suture::FileError;
using suture::detail::RegexReader;
using suture_test::message_of;
using suture_test::says;

namespace {
std::string refusal(const std::string& expression) {
    return message_of<FileError>([&] { (void)RegexReader::read(expression); });
}
/// The expression for PCRE2, in which a set is S and a callout is #.
std::string translated(const std::string& expression) {
    std::string text;
    for (const RegexReader::Part& part : RegexReader::read(expression))
        text += part.set ? "S" : part.text == "(?C)" ? "#" : part.text;
    return text;
}
}  // namespace

TEST_CASE("an expression becomes one of PCRE2's with sets in place of characters") {
    CHECK(translated("ab|[cd]") == "SS|S");
    CHECK(translated("(?i:a)(b)") == "(?:S#)(?:S#)");
    CHECK(translated("a{,2}") == "(?:S{0,2})");
    CHECK(translated("a{2}?") == "(?:(?:S{2})?)");
    CHECK(translated("a{1,2}+") == "(?:(?:S{1,2})+)");
    CHECK(translated("^$") == "(?:\\A|(?<=S)(?!\\z))(?:\\z|(?=S))");
    CHECK(translated("a(?i)b|c") == "S(?:S#|S#)");
    CHECK(translated("(?#x)(?x: a b # c\n)") == "(?:SS#)");
}

TEST_CASE("an expression calls where matching can branch or go far, and nowhere else") {
    CHECK(translated("a+") == "(?:S+)");              // the match ends there
    CHECK(translated("a+b") == "(?:S+)#S");           // a match begins with the set, which PCRE2 looks for
    CHECK(translated(" ?a+|b") == "(?:S?)(?:S+)|S");  // two ways at each place
    CHECK(translated("a?b?c?d") == "(?:S?)#(?:S?)##(?:S?)#S");
    CHECK(translated("a?+b|c*?d") == "(?:S?+)S|(?:S*?)#S");
    CHECK(translated("ab*c") == "S#(?:S*)#S");
    CHECK(translated("(?:a|aa)+$") == "(?:(?:S#|SS#)+)#(?:\\z|(?=S))");
    CHECK(translated("(?=a+b)") == "(?=#(?:S+)#S#)");
    const std::string row = translated(std::string(1000, 'a'));
    CHECK(std::count(row.begin(), row.end(), '#') == 7);
    std::string words = "ab";
    for (int i = 0; i < 1000; ++i) words += "|ab";
    const std::string alternatives = translated(words);
    CHECK(std::count(alternatives.begin(), alternatives.end(), '#') == 7);
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
    for (const char* wrong : {"a)", "*a", "^*", "[b-a]", "[a-\\d]", "(?s:a)", "(?P<n>a)", "\\K", "\\X", "\\G", "(?~a)",
                              "(?(1)a)", "(*FAIL)", "\\pL", "\\x{110000}", "\\xFF", "a{3,1}", "\\k<n>", "\\y"})
        CHECK(says(refusal(wrong), ": split with what Oniguruma and PCRE2 both have"));
    CHECK(says(refusal(std::string(5000, '(')), "is nested more than 200 deep"));
    CHECK(says(refusal(std::string(5000, '[')), "is nested more than 200 deep"));
    CHECK(says(refusal("a" + std::string(1000, '*')), "repeats one atom more than 200 times over"));
    CHECK(says(refusal("a{1001}"), "repeats an atom at least 1001 times, and not at most 1000,"));
    CHECK(says(refusal(std::string(20001, 'a')), "is longer than 20000 characters"));
}
