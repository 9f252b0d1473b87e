// Text in gnuplot's scripts.
#include "suture/pictures/detail/gnuplot.hpp"

#include "pictures/fixture.hpp"
#include "tokenizer/texts.hpp"

#include "laws/property.hpp"

#include <string>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("a text is one string to gnuplot, on one line, in which nothing is expanded") {
    laws::for_all("strings", 300, [] {
        const std::string given = laws::once_in(2) ? laws::one_of(evil) : texts::draw_bytes();
        const std::string string = suture::pictures::detail::gnuplot_string(given);
        RC_ASSERT(string.size() >= 2 && string.front() == '\'' && string.back() == '\'');
        std::string inside = string.substr(1, string.size() - 2);
        suture::pictures::detail::replace_all(inside, "''", "");
        RC_ASSERT(inside.find('\'') == inside.npos);
        for (const char c : inside) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
    });
    CHECK(suture::pictures::detail::gnuplot_string("it's `x`\n\\") == "'it''s `x`↵\\'");
}
