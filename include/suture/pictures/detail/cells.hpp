// Coloured cells in rows and columns and the key to their colours, for heat maps and patterns.
#pragma once

#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/colours.hpp"
#include "suture/pictures/detail/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace suture::pictures::detail {

/// The lines "column row value" of the cells whose values can be drawn, or of the other cells.
inline std::string cell_lines(const Grid& grid, bool drawable) {
    std::string lines;
    for (std::size_t row = 0; row < grid.rows; ++row)
        for (std::size_t column = 0; column < grid.columns; ++column)
            if (const double value = grid.at(row, column); grid.shows(row, column) && is_drawable(value) == drawable)
                lines += fmt::format("{} {} {}\n", column, row, drawable ? number_text(value) : "0");
    return lines;
}

/// Makes the whole picture the plot, in pixels, and defines the colours.
inline void prepare_cells(Canvas& canvas, const Colouring& colours) {
    std::string stops;
    for (std::size_t i = 0; i < colours.palette.size(); ++i)
        stops += fmt::format("{}{} '{}'", i ? ", " : "", i, hex(colours.palette[i]));
    canvas.plot_in({0, 0, canvas.width(), canvas.height()});
    canvas.command(
        fmt::format("unset border\nunset tics\nset xrange [0:W]\nset yrange [H:0]\n"
                    "set palette defined ({})\nset cbrange [{}:{}]",
                    stops, colours.low, colours.high));
}

/// Draws the cells into the box. `name` is an identifier for the script, unique to this grid; a browser shows `metric`
/// as the title of the cells.
inline void draw_cells(Canvas& canvas, const Box& box, const Grid& grid, const std::string& name,
                       std::string_view metric) {
    canvas.command(fmt::format("x_{0}(column) = {1} + column * {2}\ny_{0}(row) = {3} + row * {4}", name, box.left,
                               box.width / static_cast<double>(grid.columns), box.top,
                               box.height / static_cast<double>(grid.rows)));
    // Each cell extends slightly under the next one; otherwise the background shows between them.
    const auto draw = [&](const std::string& block, const std::string& lines, const std::string& how) {
        if (lines.empty()) return;
        canvas.data(block, lines);
        canvas.element(
            fmt::format("{0} using (x_{1}($1)):(y_{1}($2)):(x_{1}($1)):(x_{1}($1 + 1) + 0.4):"
                        "(y_{1}($2)):(y_{1}($2 + 1) + 0.4){2} fillstyle solid noborder",
                        block, name, how));
    };
    draw("$" + name, cell_lines(grid, true),
         fmt::format(":3 title {} with boxxyerror fillcolor palette", gnuplot_string(metric)));
    draw("$no_" + name, cell_lines(grid, false),
         fmt::format(" title 'no value' with boxxyerror fillcolor rgb '{}'", no_value));
    canvas.frame(box);
}

/// Multiples of a round step between the ends, at least three of them: -5, 0 and 5 for -9.76 to 9.76.
inline std::vector<double> round_numbers(double low, double high) {
    std::vector<double> numbers;
    for (double ticks = 4; numbers.size() < 3 && ticks <= 16; ticks *= 2) {
        const double step = tick_step(high - low, ticks), slack = 1e-9 * step;
        numbers.clear();
        for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k)
            numbers.push_back(k * step + 0.0);
    }
    return numbers;
}

/// The meaning of the colours: the metric above a bar with numbers, and the grey of cells without a value if any.
class ColourKey {
public:
    ColourKey(std::string_view metric, const std::vector<double>& values)
        : metric_(one_line(metric)),
          has_values_(range_of(values).has_value()),
          has_gaps_(!std::all_of(values.begin(), values.end(), is_drawable)) {}

    static constexpr double height = 60;
    double width() const { return std::max(text_width(metric_, 12), bar_width + (has_gaps_ ? 110 : 30)); }

    void draw(Canvas& canvas, double left, double top, const Colouring& colours) const {
        canvas.text(left, top + 8, metric_, {"left", 12});
        if (has_values_) draw_bar(canvas, {left, top + 19, bar_width, bar_height}, colours);
        if (!has_gaps_) return;
        const Box gap{left + (has_values_ ? bar_width + 34 : 0), top + 19, bar_height, bar_height};
        canvas.fill(gap, no_value);
        canvas.frame(gap);
        canvas.text(gap.right() + 6, gap.top + bar_height / 2, "no value");
    }

private:
    static constexpr double bar_width = 200, bar_height = 12;

    static void draw_bar(Canvas& canvas, const Box& bar, const Colouring& colours) {
        canvas.command(
            fmt::format("set colorbox horizontal user noborder origin px({:.1f}), py({:.1f}) "
                        "size {:.1f} / W, {:.1f} / H\nunset cbtics",
                        bar.left, bar.bottom(), bar.width, bar.height));
        canvas.frame(bar);
        for (const double value : round_numbers(colours.low, colours.high))
            canvas.text(bar.left + bar.width * (value - colours.low) / (colours.high - colours.low), bar.bottom() + 10,
                        fmt::format("{:.4g}", value), {"center"});
    }

    std::string metric_;
    bool has_values_, has_gaps_;
};

}  // namespace suture::pictures::detail
