// Histograms: the number of values in each bin.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/axes.hpp"
#include "suture/pictures/detail/legend.hpp"
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
    Values counts;                  ///< [bins], none negative; or [series, bins], drawn as outlines in one picture
    std::string counted = "count";  ///< what the bars count: "neurons"
    Axis series{};                  ///< the names of several histograms: {"", {"query", "key", "value"}}

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
struct Bins {
    std::vector<double> edges, counts;  ///< the counts of one histogram after another

    std::size_t size() const { return edges.size() - 1; }
};

inline Bins bins_of(const Histogram& h, const std::string& place) {
    const bool several = !h.series.names.empty();
    Bins bins{values_of(h.edges, 1, "[bins + 1]", place + ", edges"),
              values_of(h.counts, several ? 2 : 1, several ? "[series, bins]" : "[bins]", place + ", counts")};
    if (several) check_names(h.series, h.counts.size(0), "series", place);
    const auto counts = static_cast<std::size_t>(h.counts.size(-1));
    if (bins.edges.size() != counts + 1)
        throw ShapeError(fmt::format("{}: got {} edges for {} counts: give one more edge than counts", place,
                                     bins.edges.size(), counts));
    for (std::size_t i = 0; i < bins.counts.size(); ++i) {
        const std::size_t bin = i % counts;
        const double from = bins.edges[bin], to = bins.edges[bin + 1], count = bins.counts[i];
        if (!(is_drawable(from) && is_drawable(to) && from < to))
            throw ValueError(fmt::format("{}: bin {} goes from {} to {}: give finite edges in ascending order", place,
                                         bin, from, to));
        if (!(is_drawable(count) && count >= 0))
            throw ValueError(fmt::format("{}: bin {} holds {}: give finite counts of at least 0", place, bin, count));
    }
    return bins;
}

/// The corners of the bars of one histogram.
inline std::string outline_of(const Bins& bins, std::size_t series) {
    std::string lines = fmt::format("{} 0\n", bins.edges.front());
    for (std::size_t i = 0; i < bins.size(); ++i)
        for (const double edge_of_bin : {bins.edges[i], bins.edges[i + 1]})
            lines += fmt::format("{} {}\n", edge_of_bin, bins.counts[series * bins.size() + i]);
    return lines + fmt::format("{} 0\n", bins.edges.back());
}

inline Canvas histogram_canvas(const Histogram& h, const Bins& bins) {
    const Span count = span_from_zero(*std::max_element(bins.counts.begin(), bins.counts.end()), 8);
    Box box{edge + count.tick_room(), 0, 520, 260};
    const std::string metric = one_line(h.metric), counted = one_line(h.counted);
    const std::vector<std::string> colours = series_colours(h.series.names.size());
    const Legend legend(h.series, colours);
    const bool several = !colours.empty();
    const double plot_end = right_end(box, metric, counted);
    const double width = (several ? plot_end + 24 + legend.width() : plot_end) + edge;
    const Heading heading(h.title, h.caption, width);
    box.top = heading.height() + axes_head;

    Canvas canvas(width, box.bottom() + tick_depth + title_room + edge);
    heading.draw(canvas);
    prepare_axes(canvas, box);
    number_axis(canvas, 'x', span_around(bins.edges.front(), bins.edges.back(), 6));
    number_axis(canvas, 'y', count);
    draw_axis_titles(canvas, box, metric, counted);
    for (std::size_t i = 0; i < colours.size(); ++i) {
        canvas.data(fmt::format("$bins_{}", i), outline_of(bins, i));
        canvas.element(fmt::format("$bins_{} using 1:2 title {} with lines linewidth 1.8 linecolor rgb '{}'", i,
                                   gnuplot_string(h.series.names[i]), colours[i]));
    }
    if (several) {
        legend.draw(canvas, plot_end + 24, box.top - axes_head / 2);
        return canvas;
    }
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
    for (std::size_t i = 0; i < bins.counts.size(); ++i) {
        const std::size_t bin = i % bins.size();
        table.rows.push_back({std::to_string(bin), number_text(bins.edges[bin]), number_text(bins.edges[bin + 1]),
                              h.metric, number_text(bins.counts[i])});
        if (!h.series.names.empty())
            table.rows.back().insert(table.rows.back().begin(), h.series.names[i / bins.size()]);
    }
    if (!h.series.names.empty()) table.header.insert(table.header.begin(), "series");
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
            {{"metric", h.metric}, {"counted", h.counted}, {"series", detail::json_list(h.series.names)}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
