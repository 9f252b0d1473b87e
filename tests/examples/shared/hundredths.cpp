// Numbers as the programs print them.
#include "../../../examples/shared/hundredths.hpp"

#include "doctest.hpp"

#include <limits>

using examples::hundredths;

TEST_CASE("hundredths do not have a negative zero, and a dot if there is no number") {
    CHECK(hundredths(-0.001) == "0.00");
    CHECK(hundredths(-1.555) == "-1.56");
    CHECK(hundredths(std::numeric_limits<double>::infinity()) == ".");
    CHECK(hundredths(std::numeric_limits<double>::quiet_NaN()) == ".");
}
