// Heat maps: a number for each row and column, for example for each layer and token, as the colour of a cell.
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
#include <vector>

#include "suture/core/refuse.hpp"
#include "suture/pictures/detail/habits.hpp"

namespace suture::pictures {

/// A number for each row and column; row 0 is on top. Values that are not finite, or beyond 1e300, are grey.
///
///     save(HeatMap{.title = "Logit lens",
///                  .caption = "",
///                  .metric = "logit difference (logits)",
///                  .values = lens,  // [layers, tokens]
///                  .rows = numbers("layer", 12),
///                  .columns = tokens({"When", " Mary", " and"})},
///          "out", "logit-lens");
///
struct HeatMap {
    Words title{};
    Words caption{};
    Words metric{};  ///< the quantity and its unit: "logit difference (logits)"
    Values values;   ///< [rows, columns]
    Axis rows{}, columns{};
    Scale scale = Scale::automatic;
    std::optional<double> limit = std::nullopt;  ///< the end of the colours; by default the largest value
    bool write_values = true;                    ///< write the numbers too, in up to 24 rows and 20 columns

    // What it does not have.
    SUTURE_HABITS_OF_PLOTTING
};

namespace detail {
/// The numbers in the cells, all with the same number of decimals; none if they would be too small to read.
inline std::vector<std::string> cell_texts(const HeatMap& map, const Grid& grid) {
    std::vector<std::string> texts;
    const auto range = range_of(grid.values);
    if (!map.write_values || grid.rows > 24 || grid.columns > 20 || !range) return texts;
    const double largest = std::max(-range->first, range->second);
    const bool plain = largest == 0 || (largest >= 0.01 && largest < 1e5);
    const int decimals = largest < 10 ? 2 : largest < 100 ? 1 : 0;
    for (const double value : grid.values) {
        // A value that rounds to zero is written without a sign.
        const bool rounds_to_zero = std::abs(value) < 0.5 * std::pow(10, -decimals);
        const std::string text =
            plain ? fmt::format("{:.{}f}", rounds_to_zero ? 0 : value, decimals) : fmt::format("{:.1e}", value);
        texts.push_back(is_drawable(value) ? text : "");
    }
    return texts;
}

/// The size of a cell: smaller if there are many, square if there are as many rows as columns.
inline Box cell_box(const Grid& grid, double text) {
    Box cell{0, 0, spacing_for(660, grid.columns, 18, 44), spacing_for(460, grid.rows, 14, 28)};
    if (grid.rows == grid.columns) cell.width = cell.height = spacing_for(560, grid.rows, 17, 36);
    if (text > 0) cell.width = std::max(cell.width, std::ceil(text + 10));
    return cell;
}

/// @param box the box of all cells
inline void write_cells(Canvas& canvas, const Box& box, const Box& cell, const Grid& grid,
                        const std::vector<std::string>& texts, const Colouring& colours) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].empty()) continue;
        const auto row = static_cast<double>(i / grid.columns), column = static_cast<double>(i % grid.columns);
        canvas.text(box.left + (column + 0.5) * cell.width, box.top + (row + 0.5) * cell.height, texts[i],
                    {"center", 10, is_dark(colours.of(grid.values[i])) ? "#ffffff" : "#111111"});
    }
}

/// Thin lines between the cells, so that the eye finds the row and the column of one among many of the same colour.
inline void separate_cells(Canvas& canvas, const Box& box, const Grid& grid) {
    const std::string style = "linewidth 0.5 linecolor rgb '#d9d9d9'";
    const double width = box.width / static_cast<double>(grid.columns),
                 height = box.height / static_cast<double>(grid.rows);
    if (width < 10 || height < 10) return;
    for (std::size_t column = 1; column < grid.columns; ++column) {
        const double x = box.left + width * static_cast<double>(column);
        canvas.line(x, box.top, x, box.bottom(), style);
    }
    for (std::size_t row = 1; row < grid.rows; ++row) {
        const double y = box.top + height * static_cast<double>(row);
        canvas.line(box.left, y, box.right(), y, style);
    }
}

/// Lays out the heading, the key, and the cells with the names around them.
inline Canvas heat_map_canvas(const HeatMap& map, const Grid& grid, const Colouring& colours) {
    const std::vector<std::string> texts = cell_texts(map, grid);
    const Box cell = cell_box(grid, widest(texts, 10));
    const RowNames rows(map.rows, cell.height);
    const ColumnNames columns(map.columns, cell.width);
    const ColourKey key(map.metric, grid.values);

    Box box{std::ceil(edge + std::max(rows.width(), columns.overhang())), 0,
            cell.width * static_cast<double>(grid.columns), cell.height * static_cast<double>(grid.rows)};
    const double right = std::max({box.right(), box.left + key.width(), box.left + rows.title_width(),
                                   box.left + columns.title_width(), least_width});
    const Heading heading(map.title, map.caption, right + edge);
    box.top = heading.height() + ColourKey::height + rows.head();

    Canvas canvas(right + edge, box.bottom() + columns.depth() + edge);
    prepare_cells(canvas, colours);
    heading.draw(canvas);
    key.draw(canvas, box.left, heading.height(), colours);
    rows.draw_title(canvas, box.left, box.top - rows.head());
    rows.draw(canvas, box);
    columns.draw(canvas, box);
    columns.draw_title(canvas, box);
    draw_cells(canvas, box, grid, "cells", map.metric);
    separate_cells(canvas, box, grid);
    write_cells(canvas, box, cell, grid, texts, colours);
    return canvas;
}
}  // namespace detail

/// The drawing of a heat map.
/// @throws suture::ShapeError, TypeError or ValueError if the parts of the map do not fit together
inline Drawing drawing_of(const HeatMap& map) {
    const std::string place = detail::place("heat map", map.title);
    const detail::Sides sides{map.rows, "row", map.columns, "column"};
    const detail::Grid grid = detail::grid_of(map.values, sides, place);
    const detail::Colouring colours = detail::colouring_of(grid.values, map.scale, map.limit, place);
    return {map.title,
            map.caption,
            detail::heat_map_canvas(map, grid, colours),
            detail::grid_table(grid, sides, map.metric),
            {{"values", map.values}},
            {{"metric", map.metric},
             {"rows", detail::json_list(map.rows.names)},
             {"columns", detail::json_list(map.columns.names)}}};
}

}  // namespace suture::pictures

#undef SUTURE_SAVED_BY_A_FUNCTION
#undef SUTURE_NOT_IN_A_PICTURE
#undef SUTURE_HABITS_OF_PLOTTING
#include "suture/core/end_refuse.hpp"
