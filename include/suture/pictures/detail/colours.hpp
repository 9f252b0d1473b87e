// Colours that can be told apart by colour-blind readers too, and the numbers that they stand for.
#pragma once

#include "suture/pictures/detail/values.hpp"
#include "suture/pictures/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace suture::pictures {

namespace detail {
inline constexpr const char* no_value = "#bdbdbd";  ///< the colour of values that cannot be drawn

/// Red, green and blue, 0 to 255.
using Colour = std::array<double, 3>;
/// Colours at equal distances; those in between are interpolated.
using Palette = std::vector<Colour>;

/// ColorBrewer's RdBu with eleven classes, from blue to red. @see https://colorbrewer2.org
inline Palette blue_white_red() {
    return {{5, 48, 97},     {33, 102, 172},  {67, 147, 195}, {146, 197, 222}, {209, 229, 240}, {247, 247, 247},
            {253, 219, 199}, {244, 165, 130}, {214, 96, 77},  {178, 24, 43},   {103, 0, 31}};
}
/// Matplotlib's viridis, from dark blue to yellow.
inline Palette viridis() {
    return {{68, 1, 84},    {72, 40, 120},  {62, 73, 137},  {49, 104, 142}, {38, 130, 142},
            {31, 158, 137}, {53, 183, 121}, {110, 206, 88}, {181, 222, 43}, {253, 231, 37}};
}
/// Okabe and Ito's colours for unordered categories, without the yellow, which is too light for a line.
inline Palette distinct() {
    return {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}, {68, 68, 68}};
}

/// The colour of the palette at a share from 0 (the first) to 1 (the last).
inline Colour colour_at(const Palette& palette, double share) {
    const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(palette.size() - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(position), palette.size() - 2);
    const double further = position - static_cast<double>(below);
    Colour mixed{};
    for (std::size_t i = 0; i < 3; ++i) mixed[i] = palette[below][i] * (1 - further) + palette[below + 1][i] * further;
    return mixed;
}

inline std::string hex(const Colour& c) {
    return fmt::format("#{:02x}{:02x}{:02x}", std::lround(c[0]), std::lround(c[1]), std::lround(c[2]));
}

/// Whether white text is more legible on the colour than black text, judged by its luminance.
inline bool is_dark(const Colour& c) { return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 140; }

/// Colours for the numbers from low to high. Numbers outside have the colour of the nearer end.
struct Colouring {
    Palette palette;
    double low = 0, high = 1;

    Colour of(double value) const { return colour_at(palette, (value - low) / (high - low)); }
};

/// The colours of these values. The scale ends at `limit`, so that several pictures can be compared, or else at the
/// largest value.
/// @throws suture::ValueError if the limit is not a positive number
inline Colouring colouring_of(const std::vector<double>& values, Scale scale, std::optional<double> limit,
                              const std::string& place) {
    if (limit && !(std::isfinite(*limit) && *limit > 0))
        throw ValueError(fmt::format("{}: the colour limit is {}: give a number above 0", place, *limit));
    const auto [low, high] = range_of(values).value_or(std::pair(0.0, 0.0));
    const auto or_one = [](double end) { return end > least_length ? end : 1; };
    if (scale == Scale::diverging || (scale == Scale::automatic && low < 0)) {
        const double end = limit.value_or(or_one(std::max(-low, high)));
        return {blue_white_red(), -end, end};
    }
    const double start = low < 0 ? low : 0;
    return {viridis(), start, limit.value_or(start < -least_length ? std::max(high, 0.0) : or_one(high))};
}
}  // namespace detail

}  // namespace suture::pictures
