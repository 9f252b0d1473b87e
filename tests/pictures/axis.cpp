// Axes: how tokens and other positions are named.
#include "suture/pictures/axis.hpp"

#include "pictures/fixture.hpp"

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("tokens are named with their positions, and none is invisible") {
    CHECK(token_name(4, " Mary") == "4 Mary");
    CHECK(token_name(0, "When") == "0 When");
    CHECK(token_name(2, "  ") == "2 ␣␣");
    CHECK(token_name(8, " ,") == "8 \",\"");
    CHECK(token_name(8, "...") == "8 \"...\"");
    CHECK(token_name(8, "'s") == "8 's");
    CHECK(token_name(7, "\n") == "7 \\n");
    CHECK(token_name(9, "\xF0") == "9 \\xF0");
    CHECK(suture::pictures::detail::shown_names(numbers("layer", 3)) == std::vector<std::string>{"0", "1", "2"});
    CHECK(suture::pictures::detail::shown_names(tokens({"a", std::string(99, 'x')})).back() ==
          "1 " + std::string(21, 'x') + "…");
}

TEST_CASE("a token that is escaped already is not escaped again") {
    CHECK(token_name(7, "\\n") == "7 \\n");
    CHECK(token_name(7, "\\x1B") == "7 \\x1B");
    CHECK(token_name(7, "\\\\") == "7 \\\\");
}

TEST_CASE("numbers count from zero") {
    CHECK(numbers("layer", 3).names == std::vector<std::string>{"0", "1", "2"});
    CHECK_FALSE(numbers("layer", 3).numbered);
}
