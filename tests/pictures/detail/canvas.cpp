// Scripts of gnuplot: their size, their labels, and the heading.
#include "suture/pictures/detail/canvas.hpp"

#include "pictures/fixture.hpp"

#include <string>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("a script draws both files, in whole pixels") {
    suture::pictures::detail::Canvas canvas(419.2, 99.5);
    canvas.element("x");
    const std::string script = canvas.script("map");
    CHECK(script.find("W = 420.0\nH = 100.0\n") != std::string::npos);
    CHECK(script.find("set output 'map.svg'\nplot x\n") != std::string::npos);
    CHECK(script.find("set output 'map.png'\nreplot\n") != std::string::npos);
}

TEST_CASE("a heading is as high as its lines") {
    std::string words;
    for (int i = 0; i < 60; ++i) words += "word ";
    const suture::pictures::detail::Heading with_title("Title", "", 420), with_caption("Title", words, 420);
    CHECK(with_title.height() < with_caption.height());
    suture::pictures::detail::Canvas canvas(420, 200);
    with_caption.draw(canvas);
    CHECK(times(canvas.script("p"), "set label") > 3);
}
