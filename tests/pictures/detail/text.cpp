// Text as pictures show it.
#include "suture/pictures/detail/text.hpp"

#include "pictures/fixture.hpp"
#include "tokenizer/texts.hpp"

#include "laws/property.hpp"

#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("a text that is wrapped keeps its words and fits its lines") {
    laws::for_all("lines", 300, [] {
        const std::string text = texts::draw_text(40);
        const double width = static_cast<double>(laws::draw(100, 900));
        for (const std::string& line : suture::pictures::detail::wrapped(text, width, 12)) {
            RC_ASSERT(!line.empty());
            const bool one_word = line.find(' ') == line.npos;
            RC_ASSERT(one_word || suture::pictures::detail::text_width(line, 12) <= width);
        }
    });
    CHECK(suture::pictures::detail::wrapped("one two  three", 60, 12) == std::vector<std::string>{"one two", "three"});
    CHECK(suture::pictures::detail::wrapped("", 60, 12).empty());
}

TEST_CASE("a text is shown in characters that can be seen, on one line") {
    CHECK(suture::pictures::detail::printable("a\nb\tc\xFF\u202E") == "a↵b\uFFFDc\uFFFD\uFFFD");
    CHECK(suture::pictures::detail::shortened("日本語", 3) == "日本語");
    CHECK(suture::pictures::detail::shortened("日本語!", 3) == "日本…");
}
