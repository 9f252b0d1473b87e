// Names along the sides of pictures.
#include "suture/pictures/detail/names.hpp"

#include "pictures/fixture.hpp"

#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("names are shown on one line of 24 characters") {
    CHECK(suture::pictures::detail::shown_names(numbers("layer", 3)) == std::vector<std::string>{"0", "1", "2"});
    CHECK(suture::pictures::detail::shown_names(tokens({"a", std::string(99, 'x')})).back() ==
          "1 " + std::string(21, 'x') + "…");
    CHECK(suture::pictures::detail::shown_names(Axis{"", {"a\nb"}}) == std::vector<std::string>{"a↵b"});
}

TEST_CASE("positions share the room within their bounds, and names are left out where they are closer than lines") {
    CHECK(suture::pictures::detail::spacing_for(660, 10, 18, 44) == 44);
    CHECK(suture::pictures::detail::spacing_for(660, 30, 18, 44) == 22);
    CHECK(suture::pictures::detail::spacing_for(660, 50, 18, 44) == 18);
    CHECK(suture::pictures::detail::spacing_for(660, 5000, 18, 44) == 1);
    CHECK(suture::pictures::detail::ColumnNames::step_for(13) == 1);
    CHECK(suture::pictures::detail::ColumnNames::step_for(5) == 3);
}
