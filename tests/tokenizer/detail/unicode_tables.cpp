// The tables that make_unicode_tables.py wrote: that they can be read. What they say is tested by the headers that read them.
#include "suture/tokenizer/detail/unicode_tables.hpp"

#include "suture/tokenizer/detail/characters.hpp"

#include "doctest.hpp"

namespace tables = suture::detail::tables;

TEST_CASE("a table of runs rises to the end, and a mapping has the characters that it maps to") {
    for (const auto& script : tables::scripts) CHECK_FALSE(tables::set_of(script.runs).bounds().empty());
    CHECK(tables::mapping_of(tables::lower_case).at(U'A') == U"a");
    CHECK(tables::mapping_of(tables::lower_case).at(0x130) == U"i\u0307");
    CHECK(tables::mapping_of(tables::canonical_decompositions).at(0xE9) == U"e\u0301");
    CHECK(tables::mapping_of(tables::compatible_decompositions).at(0xFB01) == U"fi");
    CHECK(tables::mapping_of(tables::compositions).at(0xE9) == U"e\u0301");
    CHECK(tables::mapping_of("").empty());
}
