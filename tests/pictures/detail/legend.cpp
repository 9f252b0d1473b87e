// The key to the colours of series.
#include "suture/pictures/detail/legend.hpp"

#include "doctest.hpp"

#include <set>
#include <string>
#include <vector>

using suture::pictures::Axis;
using suture::pictures::detail::Canvas;
using suture::pictures::detail::Legend;
using suture::pictures::detail::series_colours;

TEST_CASE("every series has a colour of its own, however many there are") {
    for (const std::size_t count : {0u, 1u, 7u, 8u, 40u}) {
        const std::vector<std::string> colours = series_colours(count);
        CHECK(colours.size() == count);
        CHECK(std::set<std::string>(colours.begin(), colours.end()).size() == count);
    }
}

TEST_CASE("a legend names each series, and has a second column after twenty") {
    const Legend one(Axis{"head", {"it's", "b"}}, series_colours(2));
    Canvas canvas(400, 400);
    one.draw(canvas, 10, 10);
    const std::string script = canvas.script("name");
    for (const char* shown : {"'head'", "'it''s'", "'b'"}) CHECK(script.find(shown) != std::string::npos);
    const std::vector<std::string> names(21, "a");
    const Legend two(Axis{"", names}, series_colours(21)), twenty(Axis{"", {20, "a"}}, series_colours(20));
    CHECK(two.width() == doctest::Approx(2 * twenty.width()));
    CHECK(two.height() == doctest::Approx(twenty.height()));
}
