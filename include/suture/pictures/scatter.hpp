// Scatter plots: one quantity against another, with one point per neuron and the line where both are equal.
#pragma once

#include "suture/pictures/detail/axes.hpp"
#include "suture/pictures/detail/legend.hpp"
#include "suture/pictures/detail/values.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/values.hpp"

#include <suture/stats/correlation.hpp>

#include <fmt/format.h>

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"
#include "suture/pictures/detail/habits.hpp"

namespace suture::pictures {

/// One point per neuron (or channel, or head), on equal scales. Pairs with a value that is not finite, or beyond 1e300,
/// are left out.
///
///     save(Scatter{"Mary and John", "", "activation at Mary", "activation at John", mary, john}, "out", "scatter");
///
struct Scatter {
    Words title{};
    Words caption{};                   ///< Pearson's r and the number of points are appended
    std::string x_label{}, y_label{};  ///< the quantities and their units: "activation at 4 Mary"
    Values x, y;                       ///< [points]
    std::string points = "neurons";    ///< what the points stand for, in the plural
    /// The group of each point, which gives it a colour: "query". None by default. Pearson's r is given for each group too.
    std::vector<std::string> groups{};

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
struct Points {
    std::vector<double> x, y;
    std::vector<std::string> groups;  ///< none, or one per point

    Points of(const std::string& group) const {
        Points some;
        for (std::size_t i = 0; i < x.size(); ++i)
            if (groups[i] == group) some.x.push_back(x[i]), some.y.push_back(y[i]);
        return some;
    }
    /// The groups in the order in which they first appear.
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const std::string& group : groups)
            if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
        return names;
    }
};

inline Points points_of(const Scatter& s, const std::string& place) {
    Points points{values_of(s.x, 1, "[points]", place + ", x"), values_of(s.y, 1, "[points]", place + ", y"), s.groups};
    if (points.x.size() != points.y.size())
        throw ShapeError(fmt::format("{}: x has {} {}, but y has {}: give both values of each", place, points.x.size(),
                                     printable(s.points), points.y.size()));
    if (!points.groups.empty() && points.groups.size() != points.x.size())
        throw ShapeError(fmt::format("{}: got {} groups for {} {}: give the group of each, or none", place,
                                     points.groups.size(), points.x.size(), printable(s.points)));
    return points;
}

inline Points finite_points(const Points& all) {
    Points finite;
    for (std::size_t i = 0; i < all.x.size(); ++i) {
        if (!is_drawable(all.x[i]) || !is_drawable(all.y[i])) continue;
        finite.x.push_back(all.x[i]);
        finite.y.push_back(all.y[i]);
        if (!all.groups.empty()) finite.groups.push_back(all.groups[i]);
    }
    return finite;
}

/// Pearson's r; NaN if it is undefined.
inline double correlation(const Points& finite) {
    if (finite.x.size() < 2) return std::nan("");
    return suture::pearson(at::tensor(finite.x), at::tensor(finite.y)).item<double>();
}

/// The caption with the correlation: "Pearson r = 0.93 over 3072 neurons; ...".
inline std::string scatter_caption(const Scatter& s, const Points& finite, std::size_t given) {
    const double r = correlation(finite);
    std::string text = s.caption + (s.caption.empty() ? "" : " ");
    text += std::isnan(r) ? "Pearson\u00A0r is undefined" : fmt::format("Pearson\u00A0r\u00A0=\u00A0{:.3f}", r);
    text += fmt::format(" over {} {}", finite.x.size(), s.points);
    if (finite.x.size() < given) text += fmt::format(" of {}; the others are not finite", given);
    for (std::string between = ": "; const std::string& group : finite.names()) {
        const double of_group = correlation(finite.of(group));
        text += between + printable(group) + "\u00A0" +
                (std::isnan(of_group) ? std::string("undefined") : fmt::format("{:.3f}", of_group));
        between = ", ";
    }
    return text + "; the dashed line is the identity.";
}

/// One span for both axes.
inline Span common_span(const Points& points) {
    std::vector<double> both = points.x;
    both.insert(both.end(), points.y.begin(), points.y.end());
    const auto range = range_of(both);
    return range ? span_around(range->first, range->second, 6) : Span{-1, 1, 0.5};
}

inline Canvas scatter_canvas(const Scatter& s, const Points& points, const std::string& caption) {
    constexpr double side = 400;
    const std::string x_label = one_line(s.x_label), y_label = one_line(s.y_label);
    const Span span = common_span(points);
    Box box{edge + span.tick_room(), 0, side, side};
    const std::vector<std::string> groups = points.names(), colours = series_colours(groups.size());
    const Legend legend({"", groups}, colours);
    const double plot_end = right_end(box, x_label, y_label);
    const double width = (groups.empty() ? plot_end : plot_end + 24 + legend.width()) + edge;
    const Heading heading(s.title, caption, width);
    box.top = heading.height() + axes_head;

    Canvas canvas(width, box.bottom() + tick_depth + title_room + edge);
    heading.draw(canvas);
    prepare_axes(canvas, box);
    number_axis(canvas, 'x', span);
    number_axis(canvas, 'y', span);
    draw_axis_titles(canvas, box, x_label, y_label);
    canvas.element(fmt::format("x title 'x = y' with lines linecolor rgb '{}' dashtype 2", ink::line));
    if (points.x.empty()) return canvas;
    const double size = points.x.size() > 500 ? 0.3 : 0.5;
    const auto draw = [&](const std::string& block, const Points& some, const std::string& name,
                          const std::string& colour) {
        std::string lines;
        for (std::size_t i = 0; i < some.x.size(); ++i) lines += fmt::format("{} {}\n", some.x[i], some.y[i]);
        canvas.data(block, lines);
        canvas.element(fmt::format("{} using 1:2 title {} with points pointtype 7 pointsize {} linecolor rgb '#80{}'",
                                   block, gnuplot_string(name), size, colour));
    };
    if (groups.empty()) draw("$points", points, s.points, "0072b2");
    for (std::size_t i = 0; i < groups.size(); ++i)
        draw(fmt::format("$points_{}", i), points.of(groups[i]), groups[i], colours[i].substr(1));
    if (!groups.empty()) legend.draw(canvas, plot_end + 24, box.top - axes_head / 2);
    return canvas;
}

/// One row per point, under the labels of the axes.
inline Table point_table(const Scatter& s, const Points& points) {
    const bool has_labels = !s.x_label.empty() && !s.y_label.empty() && s.x_label != s.y_label;
    Table table{{"point", has_labels ? s.x_label : "x", has_labels ? s.y_label : "y"}, {}};
    for (std::size_t i = 0; i < points.x.size(); ++i)
        table.rows.push_back({std::to_string(i), number_text(points.x[i]), number_text(points.y[i])});
    if (points.groups.empty()) return table;
    table.header.insert(table.header.begin() + 1, "group");
    for (std::size_t i = 0; i < points.x.size(); ++i) table.rows[i].insert(table.rows[i].begin() + 1, points.groups[i]);
    return table;
}
}  // namespace detail

/// The drawing of a scatter plot.
/// @throws suture::ShapeError or TypeError if x and y do not fit together
inline Drawing drawing_of(const Scatter& s) {
    const detail::Points points = detail::points_of(s, detail::place("scatter", s.title));
    const detail::Points finite = detail::finite_points(points);
    const std::string caption = detail::scatter_caption(s, finite, points.x.size());
    return {s.title,
            caption,
            detail::scatter_canvas(s, finite, caption),
            detail::point_table(s, points),
            {{"x", s.x}, {"y", s.y}},
            {{"x_label", s.x_label}, {"y_label", s.y_label}, {"groups", detail::json_list(s.groups)}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
