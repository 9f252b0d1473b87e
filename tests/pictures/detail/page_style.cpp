// The style of reports.
#include "suture/pictures/detail/page_style.hpp"

#include "pictures/fixture.hpp"

#include <string>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("the style is complete and loads nothing") {
    const std::string style = suture::pictures::detail::page_style;
    CHECK(times(style, "{") == times(style, "}"));
    for (const char* word : {"url(", "@import", "<"}) CHECK(times(style, word) == 0);
}
