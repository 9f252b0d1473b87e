// Sets of characters, and Unicode as Python's tokenizers has it.
#include "suture/tokenizer/detail/characters.hpp"

#include "doctest.hpp"
#include "laws/property.hpp"

#include <cstddef>
#include <string>
#include <vector>

using suture::detail::characters_end;
using suture::detail::CharacterSet;
using suture::detail::Unicode;

namespace {
CharacterSet draw_set() {
    CharacterSet set;
    for (auto left = laws::draw(0, 6); left > 0; --left) {
        const auto first = static_cast<char32_t>(laws::draw(0, 40));
        set = set | CharacterSet(first, first + static_cast<char32_t>(laws::draw(0, 9)));
    }
    return set;
}
std::size_t size_of(const CharacterSet& set) {
    std::size_t size = 0;
    const std::vector<char32_t>& bounds = set.bounds();
    for (std::size_t i = 0; i < bounds.size(); i += 2)
        size += (i + 1 < bounds.size() ? bounds[i + 1] : characters_end) - bounds[i];
    return size;
}
}  // namespace

TEST_CASE("sets obey the rules of sets, character by character") {
    laws::for_all("union, intersection, difference and complement", 300, [] {
        const CharacterSet a = draw_set(), b = draw_set();
        const CharacterSet either = a | b, both = a & b, one = a ^ b, none = ~a;
        for (char32_t c = 0; c < 60; ++c) {
            RC_ASSERT(either.contains(c) == (a.contains(c) || b.contains(c)));
            RC_ASSERT(both.contains(c) == (a.contains(c) && b.contains(c)));
            RC_ASSERT(one.contains(c) == (a.contains(c) != b.contains(c)));
            RC_ASSERT(none.contains(c) != a.contains(c));
        }
        RC_ASSERT(~none == a);
    });
    CHECK(size_of(CharacterSet::all()) == characters_end);
    CHECK(CharacterSet::of(U"ca") == (CharacterSet('a', 'a') | CharacterSet('c', 'c')));
}

TEST_CASE("every character has one category, and sums of categories are what Unicode 16 counts") {
    const Unicode& unicode = Unicode::data();
    CharacterSet all;
    std::size_t size = 0;
    for (const std::string_view name : suture::detail::tables::category_names) {
        all = all | unicode.category(name);
        size += size_of(unicode.category(name));
    }
    CHECK(all == CharacterSet::all());
    CHECK(size == characters_end);
    // https://www.unicode.org/Public/16.0.0/ucd/extracted/DerivedGeneralCategory.txt
    CHECK(size_of(unicode.category("lu")) == 1858);
    CHECK(size_of(unicode.category("nd")) == 760);
    CHECK(size_of(unicode.category("zs")) == 17);
    CHECK(size_of(unicode.category("cs")) == 2048);
    CHECK(size_of(unicode.white_space()) == 25);
    CHECK(unicode.category("l").contains(0x1C89));  // came with Unicode 16
}

TEST_CASE("properties have short names, long ones and scripts; others are not known") {
    const Unicode& unicode = Unicode::data();
    CHECK(unicode.property("l") == unicode.property("letter"));
    CHECK(unicode.property("nd") == unicode.property("digit"));
    CHECK(unicode.property("han")->contains(0x6F22));
    CHECK_FALSE(unicode.property("han")->contains('a'));
    CHECK(unicode.property("any") == CharacterSet::all());
    CHECK(unicode.property("word")->contains('_'));
    CHECK(unicode.property("alnum")->contains('7'));
    for (const char* name : {"", "x", "xx", "klingon", "letters", "inbasiclatin"}) CHECK_FALSE(unicode.property(name));
}

TEST_CASE("what Rust says differs from Oniguruma where Rust's Unicode is newer") {
    const Unicode& unicode = Unicode::data();
    CHECK(unicode.rust_numeric().contains(0x11DE0));  // a digit since Unicode 17
    CHECK_FALSE(unicode.category("n").contains(0x11DE0));
    CHECK(unicode.rust_punctuation().contains('$'));
    CHECK(unicode.word().contains(0xBD));  // Oniguruma takes a half for a word's character, but not in a class
    CHECK_FALSE(unicode.word_in_class().contains(0xBD));
    CHECK_FALSE(unicode.rust_word().contains(0xBD));
}

TEST_CASE("case is ignored by classes of equal characters") {
    const Unicode& unicode = Unicode::data();
    CHECK(unicode.without_case(CharacterSet('k', 'k')) == CharacterSet::of(U"kK\u212A"));
    CHECK(unicode.without_case(CharacterSet('s', 's')) == CharacterSet::of(U"sS\u017F"));
    CHECK(unicode.without_case(CharacterSet('1', '1')) == CharacterSet('1', '1'));
    CHECK(unicode.equals_several(0xDF));
    CHECK_FALSE(unicode.equals_several('s'));
}
