// The key to the colours of series: of lines, of groups of points, of histograms in one picture.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/colours.hpp"
#include "suture/pictures/detail/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace suture::pictures::detail {

/// Distinct colours if there are enough of them, else colours in the order of the series.
inline std::vector<std::string> series_colours(std::size_t count) {
    const Palette few = distinct(), many = viridis();
    constexpr double lightest = 0.92;  // yellow is invisible on white
    std::vector<std::string> colours;
    for (std::size_t i = 0; i < count; ++i)
        colours.push_back(hex(
            count <= few.size() ? few[i]
                                : colour_at(many, lightest * static_cast<double>(i) / static_cast<double>(count - 1))));
    return colours;
}

/// The colour of each series, in columns beside the plot.
class Legend {
public:
    Legend(const Axis& series, std::vector<std::string> colours)
        : title_(one_line(series.title)), names_(shown_names(series)), colours_(std::move(colours)) {
        column_width_ = sample + 8 + widest(names_, name_size) + 16;
    }

    double width() const {
        const auto columns = static_cast<double>((names_.size() + most_rows - 1) / most_rows);
        return std::max(columns * column_width_, text_width(title_, axis_title_size));
    }
    double height() const { return title_room + row * static_cast<double>(std::min(names_.size(), most_rows)); }

    void draw(Canvas& canvas, double left, double top) const {
        canvas.text(left, top + title_room / 2, title_, axis_title);
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const double x = left + column_width_ * static_cast<double>(i / most_rows);
            const double y = top + title_room + row * (static_cast<double>(i % most_rows) + 0.5);
            canvas.line(x, y, x + sample, y, fmt::format("linewidth 2.5 linecolor rgb '{}'", colours_[i]));
            canvas.text(x + sample + 8, y, names_[i]);
        }
    }

private:
    static constexpr std::size_t most_rows = 20;
    static constexpr double row = 16, sample = 18;

    std::string title_;
    std::vector<std::string> names_, colours_;
    double column_width_ = 0;
};

}  // namespace suture::pictures::detail
