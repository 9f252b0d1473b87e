// Patterns: small heat maps side by side that share their rows, columns and colours, for example the attention of each
// head.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/cells.hpp"
#include "suture/pictures/detail/grid.hpp"
#include "suture/pictures/detail/names.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/scale.hpp"
#include "suture/pictures/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"
#include "suture/pictures/detail/habits.hpp"

namespace suture::pictures {

/// One heat map per panel; row 0 is on top. Values that are not finite, or beyond 1e300, are grey.
///
///     save(Patterns{.title = "Attention in layer 9",
///                   .caption = "",
///                   .metric = "attention probability",
///                   .values = patterns,  // [heads, queries, keys]
///                   .panels = numbers("head", 12),
///                   .rows = tokens(words, "query"),
///                   .columns = tokens(words, "key"),
///                   .causal = true},
///          "out", "attention");
///
struct Patterns {
    Words title{};
    Words caption{};
    Words metric{};  ///< the quantity and its unit: "attention probability"
    Values values;   ///< [panels, rows, columns]
    Axis panels{}, rows{}, columns{};
    Scale scale = Scale::automatic;
    std::optional<double> limit = std::nullopt;  ///< the end of the colours; by default the largest value
    bool causal = false;  ///< leave the cells right of the diagonal white: keys that a causal query does not see

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
/// The places of the panels, in rows of equal length except for the last.
class PanelPlaces {
public:
    /// @param width,height the size of a panel with the room around it
    /// @param room the largest width of a row of panels
    PanelPlaces(std::size_t panels, double width, double height, double room)
        : panels_(panels), panel_width_(width), panel_height_(height) {
        const std::size_t most = std::max<std::size_t>(1, static_cast<std::size_t>(room / width));
        const std::size_t rows = (panels + most - 1) / most;
        across_ = (panels + rows - 1) / rows;
    }

    double width() const { return panel_width_ * static_cast<double>(across_); }
    double height() const { return top_of(panels_ - 1) + panel_height_; }
    double left_of(std::size_t i) const { return panel_width_ * static_cast<double>(i % across_); }
    double top_of(std::size_t i) const { return panel_height_ * static_cast<double>(i / across_); }
    bool is_leftmost(std::size_t i) const { return i % across_ == 0; }
    bool is_in_last_row(std::size_t i) const { return i / across_ == (panels_ - 1) / across_; }
    bool has_none_below(std::size_t i) const { return i + across_ >= panels_; }

private:
    std::size_t panels_, across_ = 1;
    double panel_width_, panel_height_;
};

inline std::vector<Grid> grids_of(const Patterns& p, const std::vector<double>& values, const std::string& place) {
    check_names(p.panels, p.values.size(0), "panel", place);
    check_names(p.rows, p.values.size(1), "row", place);
    check_names(p.columns, p.values.size(2), "column", place);
    const std::size_t rows = p.rows.names.size(), columns = p.columns.names.size();
    const auto cells = static_cast<std::ptrdiff_t>(rows * columns);
    std::vector<Grid> grids;
    for (auto first = values.begin(); first != values.end(); first += cells)
        grids.push_back({rows, columns, {first, first + cells}, p.causal});
    return grids;
}

/// The tables of the panels one after another, each row with its panel in front.
inline Table panel_table(const Patterns& p, const std::vector<Grid>& grids) {
    Table all;
    const auto add_in_front = [](std::vector<std::string> line, std::string number, std::string name) {
        line.insert(line.begin(), {std::move(number), std::move(name)});
        return line;
    };
    for (std::size_t panel = 0; panel < grids.size(); ++panel) {
        const Table one = grid_table(grids[panel], {p.rows, "row", p.columns, "column"}, p.metric);
        all.header = add_in_front(one.header, "panel", "panel_label");
        for (const auto& line : one.rows)
            all.rows.push_back(add_in_front(line, std::to_string(panel), p.panels.names[panel]));
    }
    return all;
}

/// "head 3"
inline std::vector<std::string> panel_names(const Axis& panels) {
    std::vector<std::string> names = shown_names(panels);
    for (std::string& name : names) name = one_line(panels.title) + (panels.title.empty() ? "" : " ") + name;
    return names;
}

/// Lays out the heading, the key, and the panels with the names beside and below them.
inline Canvas patterns_canvas(const Patterns& p, const std::vector<Grid>& grids, const Colouring& colours,
                              const ColourKey& key) {
    constexpr double room = 1040, gap = 14, panel_head = 20;
    const double cell = spacing_for(228, std::max(grids[0].rows, grids[0].columns), 4, 26);
    const RowNames rows(p.rows, cell);
    const ColumnNames columns(p.columns, cell);
    const std::vector<std::string> names = panel_names(p.panels);

    Box box{0, 0, cell * static_cast<double>(grids[0].columns), cell * static_cast<double>(grids[0].rows)};
    const double left = std::ceil(edge + std::max(rows.width(), columns.overhang()));
    const PanelPlaces places(grids.size(), std::ceil(std::max(box.width, widest(names, 12))) + gap,
                             box.height + gap + panel_head, room - left);
    const double right = std::max({left + places.width(), left + key.width(), left + rows.title_width(),
                                   left + columns.title_width(), least_width});
    const Heading heading(p.title, p.caption, right + edge);
    const double top = heading.height() + ColourKey::height + rows.head();

    Canvas canvas(right + edge, top + places.height() - gap + columns.depth() + edge);
    prepare_cells(canvas, colours);
    heading.draw(canvas);
    key.draw(canvas, left, heading.height(), colours);
    rows.draw_title(canvas, left, top - rows.head());
    for (std::size_t i = 0; i < grids.size(); ++i) {
        box.left = left + places.left_of(i);
        box.top = top + places.top_of(i) + panel_head;
        canvas.text(box.left, box.top - panel_head / 2, names[i], {"left", 12});
        if (places.is_leftmost(i)) rows.draw(canvas, box);
        // Slanted names below a panel of the last row but one would reach into the panel left of the free place.
        if (places.is_in_last_row(i) || (places.has_none_below(i) && columns.overhang() == 0))
            columns.draw(canvas, box);
        draw_cells(canvas, box, grids[i], fmt::format("panel_{}", i), p.metric);
    }
    columns.draw_title(canvas, {left, 0, places.width() - gap, box.bottom()});
    return canvas;
}
}  // namespace detail

/// The drawing of patterns.
/// @throws suture::ShapeError, TypeError or ValueError if the parts do not fit together
inline Drawing drawing_of(const Patterns& p) {
    const std::string place = detail::place("patterns", p.title);
    const std::vector<double> values = detail::values_of(p.values, 3, "[panel, row, column]", place);
    const std::vector<detail::Grid> grids = detail::grids_of(p, values, place);
    const detail::Colouring colours = detail::colouring_of(values, p.scale, p.limit, place);
    return {p.title,
            p.caption,
            detail::patterns_canvas(p, grids, colours, detail::ColourKey(p.metric, values)),
            detail::panel_table(p, grids),
            {{"values", p.values}},
            {{"metric", p.metric},
             {"panels", detail::json_list(p.panels.names)},
             {"rows", detail::json_list(p.rows.names)},
             {"columns", detail::json_list(p.columns.names)}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
