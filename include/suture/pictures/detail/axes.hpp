// A plot with numbers along its sides: ranges, ticks, a light grid, and titles that no length of theirs can push out.
#pragma once

#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/names.hpp"
#include "suture/pictures/detail/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace suture::pictures::detail {

inline constexpr double tick_depth = 26;  ///< pixels for the numbers below a plot
inline constexpr double axes_head = 28;   ///< pixels for the title above it

/// What is along a side, numbered at multiples of the step, or from the lowest on at its powers.
struct Span {
    double low = 0, high = 1, step = 0.2;
    bool logarithmic = false;

    /// What is numbered: about as many as were asked for.
    std::vector<std::string> ticks() const {
        std::vector<std::string> texts;
        const auto number = [&](double tick) { texts.push_back(fmt::format("{:.10g}", tick)); };
        if (logarithmic)
            for (double tick = low; tick <= high; tick *= step) number(tick);
        else
            for (auto k = static_cast<Index>(std::ceil(low / step)); static_cast<double>(k) * step <= high; ++k)
                number(static_cast<double>(k) * step);
        return texts;
    }
    /// Pixels for the numbers, to the left of the side.
    double tick_room() const { return widest(ticks(), name_size) + 14; }
};

/// A span around the numbers, with a little room at its ends; much room where they are all but one and the same.
inline Span span_around(double low, double high, double ticks) {
    const double size = std::max(std::abs(low), std::abs(high)), length = high - low;
    const double room = length > std::max(1e-9 * size, least_length) ? 0.04 * length : std::max(size, 1.0) / 2;
    return {low - room, high + room, tick_step(length + 2 * room, ticks)};
}

/// From zero, which the span then begins with exactly.
inline Span span_from_zero(double high, double ticks) {
    Span span = span_around(0, high > 0 ? high : 1, ticks);
    span.low = 0;
    return span;
}

/// Whole powers of ten around the numbers. @pre 0 < low
inline Span logarithmic_span(double low, double high) {
    const double below = std::floor(std::log10(low)), above = std::max(std::ceil(std::log10(high)), below + 1);
    return {std::pow(10, below), std::pow(10, above), std::pow(10, std::ceil((above - below) / 8)), true};
}

/// Makes the box the plot. Its sides are drawn and numbered by number_axis.
inline void prepare_axes(Canvas& canvas, const Box& box) {
    canvas.plot_in(box);
    canvas.command(
        fmt::format("set border 3 linecolor rgb '{}'\nunset xtics\nunset ytics\n"
                    "set grid linetype 1 linewidth 0.5 linecolor rgb '{}'",
                    ink::line, ink::faint));
}

/// Numbers the side: 'x' below or 'y' on the left.
inline void number_axis(Canvas& canvas, char side, const Span& span) {
    canvas.command(fmt::format(
        "set {0}range [{1}:{2}]\n{3}set {0}tics ({4}) nomirror scale 0.4 format '%.10g' textcolor rgb '{5}'", side,
        span.low, span.high, span.logarithmic ? fmt::format("set logscale {}\n", side) : "",
        fmt::join(span.ticks(), ", "), ink::dark));
}

/// The title of the vertical axis, flat above it, and that of the horizontal one, below its numbers.
inline void draw_axis_titles(Canvas& canvas, const Box& box, const std::string& x, const std::string& y) {
    canvas.text(edge, box.top - axes_head / 2 - 4, y, axis_title);
    draw_title_below(canvas, box.left, box.right(), box.bottom() + tick_depth + title_room / 2 - 2, x);
}

/// How far the box and these titles of its axes reach to the right.
inline double right_end(const Box& box, const std::string& x, const std::string& y) {
    return std::max({box.right(), box.left + text_width(x, axis_title_size), edge + text_width(y, axis_title_size)});
}

}  // namespace suture::pictures::detail
