// Numbers in rows and columns, with a name for each row and column.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/values.hpp"
#include "suture/pictures/table.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

namespace suture::pictures::detail {

/// The numbers, row by row.
struct Grid {
    std::size_t rows = 0, columns = 0;
    std::vector<double> values;
    bool causal = false;  ///< whether the cells right of the diagonal are left white

    double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
    /// Whether the cell is drawn. The last row sees all columns.
    bool shows(std::size_t row, std::size_t column) const { return !causal || column + rows <= row + columns; }
};

/// The axes of the two sides, and the words for a row and for a column.
struct Sides {
    const Axis& rows;
    const char* row;
    const Axis& columns;
    const char* column;
};

/// The values of a tensor with these two sides.
/// @throws as values_of and check_names
inline Grid grid_of(const at::Tensor& values, const Sides& sides, const std::string& place) {
    Grid grid{0, 0, values_of(values, 2, fmt::format("[{}, {}]", sides.row, sides.column), place)};
    check_names(sides.rows, values.size(0), sides.row, place);
    check_names(sides.columns, values.size(1), sides.column, place);
    grid.rows = sides.rows.names.size();
    grid.columns = sides.columns.names.size();
    return grid;
}

/// One row per number: its position and name on both sides, and the number.
inline Table grid_table(const Grid& grid, const Sides& sides, const std::string& metric) {
    const std::string row_name = sides.row, column_name = sides.column;
    Table table{{row_name, row_name + "_label", column_name, column_name + "_label", "metric", "value"}, {}};
    for (std::size_t row = 0; row < grid.rows; ++row)
        for (std::size_t column = 0; column < grid.columns; ++column)
            table.rows.push_back({std::to_string(row), sides.rows.names[row], std::to_string(column),
                                  sides.columns.names[column], metric, number_text(grid.at(row, column))});
    return table;
}

}  // namespace suture::pictures::detail
