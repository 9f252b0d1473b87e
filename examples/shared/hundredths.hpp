// Numbers as the programs print them.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace examples {

/// "0.25", never "-0.00"; a dot if there is no number.
inline std::string hundredths(double number) {
    return std::isfinite(number) ? fmt::format("{:.2f}", std::round(100 * number) / 100 + 0.0) : ".";
}

}  // namespace examples
