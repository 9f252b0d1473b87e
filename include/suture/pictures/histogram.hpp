// Histograms: the number of values in each bin.
#pragma once

#include "suture/pictures/detail/axes.hpp"
#include "suture/pictures/detail/values.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"
#include "suture/pictures/detail/habits.hpp"

namespace suture::pictures {

/// Bars as high as the counts, from edge to edge.
///
///     const auto counted = histogram_of(values, 40);
///     save(Histogram{"Query of layer 1", "", "activation", counted.edges, counted.counts}, "out", "query");
///
/// @see suture::histogram_of
struct Histogram {
    Words title{};
    Words caption{};
    Words metric{};                 ///< the quantity along the bins and its unit: "activation"
    Values edges;                   ///< [bins + 1], ascending
    Values counts;                  ///< [bins], none negative
    std::string counted = "count";  ///< what the bars count: "neurons"

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
struct Bins {
    std::vector<double> edges, counts;
};

inline Bins bins_of(const Histogram& h, const std::string& place) {
    Bins bins{values_of(h.edges, 1, "[bins + 1]", place + ", edges"),
              values_of(h.counts, 1, "[bins]", place + ", counts")};
    if (bins.edges.size() != bins.counts.size() + 1)
        throw ShapeError(fmt::format("{}: got {} edges for {} counts: give one more edge than counts", place,
                                     bins.edges.size(), bins.counts.size()));
    for (std::size_t i = 0; i < bins.counts.size(); ++i) {
        const double from = bins.edges[i], to = bins.edges[i + 1], count = bins.counts[i];
        if (!(is_drawable(from) && is_drawable(to) && from < to))
            throw ValueError(
                fmt::format("{}: bin {} goes from {} to {}: give finite edges in ascending order", place, i, from, to));
        if (!(is_drawable(count) && count >= 0))
            throw ValueError(fmt::format("{}: bin {} holds {}: give finite counts of at least 0", place, i, count));
    }
    return bins;
}

inline Canvas histogram_canvas(const Histogram& h, const Bins& bins) {
    const Span count = span_from_zero(*std::max_element(bins.counts.begin(), bins.counts.end()), 8);
    Box box{edge + count.tick_room(), 0, 520, 260};
    const std::string metric = one_line(h.metric), counted = one_line(h.counted);
    const double width = right_end(box, metric, counted) + edge;
    const Heading heading(h.title, h.caption, width);
    box.top = heading.height() + axes_head;

    Canvas canvas(width, box.bottom() + tick_depth + title_room + edge);
    heading.draw(canvas);
    prepare_axes(canvas, box);
    number_axis(canvas, 'x', span_around(bins.edges.front(), bins.edges.back(), 6));
    number_axis(canvas, 'y', count);
    draw_axis_titles(canvas, box, metric, counted);
    std::string lines;
    for (std::size_t i = 0; i < bins.counts.size(); ++i)
        lines += fmt::format("{} {} {}\n", bins.edges[i], bins.edges[i + 1], bins.counts[i]);
    canvas.data("$bins", lines);
    canvas.element(
        fmt::format("$bins using 1:3:1:2:(0):3 title {} with boxxyerror fillstyle solid border "
                    "linecolor rgb '#ffffff' fillcolor rgb '#0072b2' linewidth 0.5",
                    gnuplot_string(h.counted)));
    return canvas;
}

inline Table bin_table(const Histogram& h, const Bins& bins) {
    Table table{{"bin", "from", "to", "metric", "count"}, {}};
    for (std::size_t i = 0; i < bins.counts.size(); ++i)
        table.rows.push_back({std::to_string(i), number_text(bins.edges[i]), number_text(bins.edges[i + 1]), h.metric,
                              number_text(bins.counts[i])});
    return table;
}
}  // namespace detail

/// The drawing of a histogram.
/// @throws suture::ShapeError, TypeError or ValueError if edges and counts do not fit together
inline Drawing drawing_of(const Histogram& h) {
    const detail::Bins bins = detail::bins_of(h, detail::place("histogram", h.title));
    return {h.title,
            h.caption,
            detail::histogram_canvas(h, bins),
            detail::bin_table(h, bins),
            {{"edges", h.edges}, {"counts", h.counts}},
            {{"metric", h.metric}, {"counted", h.counted}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
