// Colours of numbers: symmetric around zero, or starting there.
#include "suture/pictures/detail/colours.hpp"

#include "pictures/layout.hpp"

#include "laws/property.hpp"
#include "message.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::ValueError;
using suture_test::message_of;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("colours of signed values are as far from white on both sides of zero") {
    const auto of = [](const std::vector<double>& values, Scale scale = Scale::automatic,
                       std::optional<double> limit = std::nullopt) {
        return suture::pictures::detail::colouring_of(values, scale, limit, "map");
    };
    laws::for_all("symmetric", 100, [&] {
        std::vector<double> values{-1e-3};
        for (std::int64_t n = laws::draw(0, 9); n > 0; --n) values.push_back(static_cast<double>(laws::draw(-99, 99)));
        const suture::pictures::detail::Colouring colours = of(values);
        RC_ASSERT(colours.low == -colours.high);
        RC_ASSERT(suture::pictures::detail::hex(colours.of(0)) == "#f7f7f7");
        RC_ASSERT(*std::max_element(values.begin(), values.end()) <= colours.high);
        RC_ASSERT(*std::min_element(values.begin(), values.end()) >= colours.low);
    });
    CHECK(suture::pictures::detail::hex(of({-2, 1}).of(-2)) == "#053061");
    CHECK(suture::pictures::detail::hex(of({-2, 1}).of(2)) == "#67001f");
    CHECK(script_of(map_of(at::tensor({-3.0, 1.0}).unsqueeze(0))).find("set cbrange [-3:3]") != std::string::npos);
    CHECK(of({1, 3}, Scale::diverging).low == -3);
    CHECK(of({-1, 3}, Scale::automatic, 10).low == -10);
}

TEST_CASE("colours of values that are not negative begin at zero") {
    const auto colours = suture::pictures::detail::colouring_of({2, 5, not_a_number}, Scale::automatic, {}, "map");
    CHECK(colours.low == 0);
    CHECK(colours.high == 5);
    CHECK(suture::pictures::detail::hex(colours.of(0)) == "#440154");
    CHECK(suture::pictures::detail::hex(colours.of(5)) == "#fde725");
    CHECK(suture::pictures::detail::colouring_of({0, 0}, Scale::automatic, {}, "map").high == 1);
    CHECK(suture::pictures::detail::colouring_of({-2, -1}, Scale::sequential, {}, "map").low == -2);
    CHECK(message_of<ValueError>([] {
              suture::pictures::detail::colouring_of({1}, Scale::automatic, 0.0, "map 'A'");
          }) == "map 'A': the colour limit is 0: give a number above 0");
}
