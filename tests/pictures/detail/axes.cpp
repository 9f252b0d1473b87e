// Axes with numbers: their spans and ticks.
#include "suture/pictures/detail/axes.hpp"

#include "pictures/fixture.hpp"

#include "laws/property.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("ticks are 1, 2 or 5 times a power of ten apart") {
    CHECK(suture::pictures::detail::tick_step(10, 5) == doctest::Approx(2));
    CHECK(suture::pictures::detail::tick_step(14, 5) == doctest::Approx(5));
    CHECK(suture::pictures::detail::tick_step(6e-4, 6) == doctest::Approx(1e-4));
    CHECK(suture::pictures::detail::Span{-0.3, 0.41, 0.2}.ticks() ==
          std::vector<std::string>{"-0.2", "0", "0.2", "0.4"});
    CHECK(suture::pictures::detail::logarithmic_span(0.2, 300).ticks() ==
          std::vector<std::string>{"0.1", "1", "10", "100", "1000"});
    CHECK(suture::pictures::detail::Span{1000.001, 1000.009, 0.002}.ticks().back() == "1000.008");
}

TEST_CASE("numbers of any size have a scale that holds them, with some ticks and never many") {
    laws::for_all("spans", 500, [] {
        const double power = std::pow(10, static_cast<double>(laws::draw(-330, 285)));
        double low = static_cast<double>(laws::draw(-99, 99)) * power,
               high = static_cast<double>(laws::draw(-99, 99)) * power;
        if (low > high) std::swap(low, high);
        if (laws::once_in(3)) high = std::nextafter(low, 1e308);
        for (const suture::pictures::detail::Span& span :
             {suture::pictures::detail::span_around(low, high, 8), suture::pictures::detail::span_from_zero(high, 8),
              suture::pictures::detail::logarithmic_span(std::abs(high) + power + 1e-320,
                                                         1e9 * (std::abs(high) + power))}) {
            RC_ASSERT(span.low < span.high);
            RC_ASSERT(span.high >= high);
            RC_ASSERT(!span.ticks().empty());
            RC_ASSERT(span.ticks().size() <= 12);
        }
        RC_ASSERT(suture::pictures::detail::span_around(low, high, 8).low <= low);
    });
}
