// The sets of characters that expressions name. tests/tokenizers compares them with Python's.
#include "suture/tokenizer/detail/regex_sets.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using suture::FileError;
using suture::detail::CharacterSet;
using suture::detail::RegexOptions;
using suture::detail::RegexSetReader;
using suture::detail::Unicode;
using suture_test::message_of;
using suture_test::says;

namespace {
struct Reader : RegexSetReader {
    using RegexSetReader::at_end;
    using RegexSetReader::class_set;
    using RegexSetReader::next;
    using RegexSetReader::RegexSetReader;
    using RegexSetReader::shorthand_set;
};
/// Of a class, behind its opening bracket.
CharacterSet set_of(const char* text, const RegexOptions& options = {}) {
    Reader reader(text);
    const CharacterSet set = reader.class_set(options, 0);
    CHECK(reader.at_end());
    return set;
}
CharacterSet letters(const char32_t* characters) { return CharacterSet::of(characters); }
}  // namespace

TEST_CASE("a class is the union of its letters, ranges, escapes and classes") {
    CHECK(set_of("abc]") == CharacterSet(U'a', U'c'));
    CHECK(set_of("a-c]") == CharacterSet(U'a', U'c'));
    CHECK(set_of("^a]") == ~CharacterSet(U'a', U'a'));
    CHECK(set_of("]a]") == letters(U"]a"));
    CHECK(set_of("a-]") == letters(U"a-"));
    CHECK(set_of("\\x{4E00}-\\u9FA5\\t]") == (CharacterSet(0x4E00, 0x9FA5) | letters(U"\t")));
    CHECK(set_of("a[bc]]") == letters(U"abc"));
    CHECK(set_of("a-f&&c-z&&[^d]]") == letters(U"cef"));
    CHECK(set_of("[:digit:]a]") == (Unicode::data().category("nd") | letters(U"a")));
    CHECK(set_of("[:^digit:]]") == ~Unicode::data().category("nd"));
    CHECK(set_of("k]", {.ignore_case = true}) == letters(U"kK\u212A"));
}

TEST_CASE("a shorthand is a property, and the capital letter is the others") {
    const auto shorthand = [](const char* text) { return Reader(text).shorthand_set(); };
    CHECK(shorthand("p{Lu}") == Unicode::data().category("lu"));
    CHECK(shorthand("p{ uppercase_letter}") == Unicode::data().category("lu"));
    CHECK(shorthand("P{^L}") == Unicode::data().category("l"));
    CHECK(shorthand("S") == ~Unicode::data().white_space());
    CHECK_FALSE(shorthand("n"));
}

TEST_CASE("what names no set is refused with its position") {
    for (const char* wrong : {"a", "b-a]", "a-\\d]", "\\xFF]", "\\u12]", "\\p{Klingon}]", "\\q]", "a-[b]]", "\\R]"})
        CHECK(says(message_of<FileError>([&] { (void)Reader(wrong).class_set({}, 0); }), "the expression \"",
                   " at character "));
}
