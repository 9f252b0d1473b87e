// Text, addresses and SVG files in HTML.
#include "suture/pictures/detail/html.hpp"

#include "pictures/fixture.hpp"
#include "tokenizer/texts.hpp"

#include "laws/property.hpp"
#include "message.hpp"

#include <string>
#include <string_view>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture_test::message_of;
using suture_test::says;
}  // namespace

TEST_CASE("text in a page is shown as it is, without any markup") {
    CHECK(suture::pictures::detail::html("<b>&amp;</b> \"it's\"\n") ==
          "&lt;b&gt;&amp;amp;&lt;/b&gt; &quot;it&#39;s&quot;\n");
    CHECK(suture::pictures::detail::html(std::string_view("a\0b\x1B\xFF", 5)) == "a\uFFFDb\uFFFD\uFFFD");
    laws::for_all("pages", 300, [] {
        const std::string escaped = suture::pictures::detail::html(texts::draw_bytes());
        for (const char mark : {'<', '>', '"', '\''}) RC_ASSERT(escaped.find(mark) == escaped.npos);
    });
}

TEST_CASE("ids and references to them get the prefix, and text between tags does not") {
    const std::string svg =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg width=\"9\" viewBox=\"0 0 9 9\">"
        "<title>Gnuplot</title><desc>of gnuplot</desc>"
        "<g id=\"all\"><path id='dot'/><use xlink:href='#dot'/><g fill=\"url(#dot)\"/>"
        "<text>id=\"x\" href='#dot' > id='y'</text></g></svg>";
    CHECK(suture::pictures::detail::inline_svg(svg, "p-", "a \"map\"") ==
          "<svg role=\"img\" aria-label=\"a &quot;map&quot;\" width=\"9\" viewBox=\"0 0 9 9\">"
          "<g id=\"p-all\"><path id='p-dot'/><use xlink:href='#p-dot'/><g fill=\"url(#p-dot)\"/>"
          "<text>id=\"x\" href='#dot' > id='y'</text></g></svg>");
    CHECK(says(message_of<suture::FileError>([] { (void)suture::pictures::detail::inline_svg("", "p-", "map"); }),
               "is not an SVG file"));
}

TEST_CASE("a mark that turns the direction of text does not reach the page") {
    CHECK(suture::pictures::detail::html("a\u202Eb\u2066c") == "a\uFFFDb\uFFFDc");
}
