// Lines: a number at each point for each series, for example at each layer for each token.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/axes.hpp"
#include "suture/pictures/detail/colours.hpp"
#include "suture/pictures/detail/grid.hpp"
#include "suture/pictures/detail/legend.hpp"
#include "suture/pictures/detail/names.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"
#include "suture/pictures/detail/habits.hpp"

namespace suture::pictures {

/// One line per series. Values that are not finite, or beyond 1e300, are gaps.
///
///     save(Lines{.title = "Norm of the residual stream",
///                .caption = "",
///                .metric = "Euclidean norm",
///                .values = norms,  // [tokens, layers]
///                .series = tokens(words),
///                .points = numbers("layer", 12)},
///          "out", "norms");
///
struct Lines {
    Words title{};
    Words caption{};
    Words metric{};  ///< the quantity and its unit: "norm of the residual stream"
    Values values;   ///< [series, points]
    Axis series{}, points{};
    bool logarithmic = false;  ///< on a logarithmic scale, where values of 0 and below are gaps
    Values errors{};           ///< [series, points]: a bar from value - error to value + error; none if undefined

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
/// The values, with NaN for those that the picture cannot show.
inline Grid drawable(Grid grid, bool logarithmic) {
    for (double& value : grid.values)
        if (!is_drawable(value) || (logarithmic && value <= 0)) value = std::nan("");
    return grid;
}

/// The ends of the bars, beside the values.
inline std::vector<double> with_bars(const Grid& grid, const std::optional<Grid>& errors, bool logarithmic) {
    std::vector<double> all = grid.values;
    for (std::size_t i = 0; errors && i < grid.values.size(); ++i)
        for (const double end : {grid.values[i] - errors->values[i], grid.values[i] + errors->values[i]})
            if (is_drawable(end) && !(logarithmic && end <= 0)) all.push_back(end);
    return all;
}

/// The vertical span, which starts at zero unless that would flatten the lines.
inline Span span_of(const std::vector<double>& values, bool logarithmic) {
    const auto range = range_of(values);
    if (!range) return {};
    const auto [low, high] = *range;
    if (logarithmic) return logarithmic_span(low, high);
    return low >= 0 && low <= high / 2 ? span_from_zero(high, 8) : span_around(low, high, 8);
}

inline void draw_series(Canvas& canvas, const Grid& grid, const std::optional<Grid>& errors, const Lines& l,
                        const std::vector<std::string>& colours) {
    for (std::size_t series = 0; series < grid.rows; ++series) {
        std::string lines;
        for (std::size_t point = 0; point < grid.columns; ++point)
            lines += fmt::format("{} {}{}\n", point, number_text(grid.at(series, point)),
                                 errors ? " " + number_text(errors->at(series, point)) : "");
        canvas.data(fmt::format("$series_{}", series), lines);
        const auto draw = [&](const std::string& how) {
            canvas.element(fmt::format("$series_{} using {} linewidth 1.5 pointtype 7 pointsize 0.4 linecolor rgb '{}'",
                                       series, how, colours[series]));
        };
        if (errors) draw("1:2:3 notitle with yerrorbars");
        draw(fmt::format("1:2 title {} with linespoints", gnuplot_string(l.series.names[series])));
    }
}

/// Lays out the heading, the plot with the names of the points below it, and the legend to its right.
inline Canvas lines_canvas(const Lines& l, const Grid& grid, const std::optional<Grid>& errors) {
    const double spacing = spacing_for(560, grid.columns, 18, 70);
    const ColumnNames points(l.points, spacing);
    const std::vector<std::string> colours = series_colours(grid.rows);
    const Legend legend(l.series, colours);
    const std::string metric = one_line(l.metric);
    const Span span = span_of(with_bars(grid, errors, l.logarithmic), l.logarithmic);

    Box box{edge + std::max(span.tick_room(), points.overhang()), 0, spacing * static_cast<double>(grid.columns), 300};
    const double legend_left = box.right() + 24;
    const double right = std::max(
        {legend_left + legend.width(), right_end(box, "", metric), box.left + points.title_width(), least_width});
    const Heading heading(l.title, l.caption, right + edge);
    box.top = heading.height() + axes_head;

    const double legend_top = box.top - axes_head / 2;
    Canvas canvas(right + edge, std::max(box.bottom() + points.depth(), legend_top + legend.height()) + edge);
    heading.draw(canvas);
    prepare_axes(canvas, box);
    number_axis(canvas, 'y', span);
    canvas.command(fmt::format("set xrange [-0.5:{}.5]", grid.columns - 1));
    draw_axis_titles(canvas, box, "", metric);
    points.draw(canvas, box);
    points.draw_title(canvas, box);
    legend.draw(canvas, legend_left, legend_top);
    draw_series(canvas, grid, errors, l, colours);
    return canvas;
}
}  // namespace detail

/// The drawing of lines.
/// @throws suture::ShapeError or TypeError if the parts do not fit together
inline Drawing drawing_of(const Lines& l) {
    const std::string place = detail::place("lines", l.title);
    const detail::Sides sides{l.series, "series", l.points, "point"};
    const detail::Grid grid = detail::grid_of(l.values, sides, place);
    std::optional<detail::Grid> errors;
    if (l.errors.defined()) errors = detail::grid_of(l.errors, sides, place + ": its errors");
    Table table = detail::grid_table(grid, sides, l.metric);
    std::map<std::string, at::Tensor> tensors{{"values", l.values}};
    if (errors) {
        table.header.push_back("error");
        for (std::size_t i = 0; i < table.rows.size(); ++i)
            table.rows[i].push_back(detail::number_text(errors->values[i]));
        tensors.emplace("errors", l.errors);
    }
    return {l.title,
            l.caption,
            detail::lines_canvas(l, detail::drawable(grid, l.logarithmic), errors),
            table,
            tensors,
            {{"metric", l.metric},
             {"series", detail::json_list(l.series.names)},
             {"points", detail::json_list(l.points.names)}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
