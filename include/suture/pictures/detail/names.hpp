// The names along the sides of a picture: horizontal where there is room, else slanted or vertical. Where positions are
// closer together than lines of text, some names are left out.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/canvas.hpp"
#include "suture/pictures/detail/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

namespace suture::pictures::detail {

inline constexpr double name_size = 11, name_line = 13, title_room = 20, name_gap = 5, axis_title_size = 12;
inline constexpr Font axis_title{"left", axis_title_size, ink::soft};

/// The names of an axis as they are drawn.
inline std::vector<std::string> shown_names(const Axis& axis) {
    constexpr std::size_t longest = 24;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < axis.names.size(); ++i)
        shown.push_back(shortened(axis.numbered ? token_name(i, axis.names[i]) : printable(axis.names[i]), longest));
    return shown;
}

/// The distance between positions in whole pixels, so that all look equal: the room divided among them, within these
/// bounds. Very many positions are closer than `least`.
inline double spacing_for(double room, std::size_t positions, double least, double most) {
    const auto n = static_cast<double>(positions);
    return std::max(1.0, std::floor(std::clamp(room / n, std::min(least, 960 / n), most)));
}

/// Writes a title below, centred between left and right, or starting at the left if it is wider than that.
inline void draw_title_below(Canvas& canvas, double left, double right, double y, std::string_view title) {
    const bool fits = text_width(title, axis_title_size) <= right - left;
    canvas.text(fits ? (left + right) / 2 : left, y, title, {fits ? "center" : "left", axis_title_size, ink::soft});
}

/// The names below a row of positions.
class ColumnNames {
public:
    /// @param spacing the distance between positions in pixels
    ColumnNames(const Axis& axis, double spacing)
        : title_(one_line(axis.title)), names_(shown_names(axis)), spacing_(spacing), step_(step_for(spacing)) {
        const double room = spacing * static_cast<double>(step_);
        const double length = widest(names_, name_size);
        angle_ = length + 3 <= room ? 0 : room >= 17 ? 45 : 90;
        depth_ = angle_ == 0 ? name_line : length * std::sin(angle_ * std::numbers::pi / 180) + name_line / 2;
    }

    /// The height of names and title below the positions, in pixels.
    double depth() const { return name_gap + depth_ + (title_.empty() ? 0 : title_room); }

    /// How far slanted names reach to the left of the first position, in pixels.
    double overhang() const {
        double reach = 0;
        for (std::size_t i = 0; angle_ == 45 && i < names_.size(); i += step_)
            reach = std::max(reach, text_width(names_[i], name_size) * std::numbers::sqrt2 / 2 - at(i));
        return reach;
    }

    void draw(Canvas& canvas, const Box& positions) const {
        const Font font{angle_ ? "right" : "center", name_size, ink::dark, angle_};
        const double y = positions.bottom() + name_gap + (angle_ == 0 ? name_line / 2 : angle_ == 45 ? 2 : 0);
        for (std::size_t i = 0; i < names_.size(); i += step_) canvas.text(positions.left + at(i), y, names_[i], font);
    }
    /// @param positions the box that the title is centred below
    void draw_title(Canvas& canvas, const Box& positions) const {
        draw_title_below(canvas, positions.left, positions.right(), positions.bottom() + depth() - title_room / 2 + 2,
                         title_);
    }
    double title_width() const { return text_width(title_, axis_title_size); }

    /// The number of positions from one shown name to the next.
    static std::size_t step_for(double spacing) {
        return spacing >= name_line ? 1 : static_cast<std::size_t>(std::ceil(name_line / spacing));
    }

private:
    double at(std::size_t i) const { return (static_cast<double>(i) + 0.5) * spacing_; }

    std::string title_;
    std::vector<std::string> names_;
    double spacing_;
    std::size_t step_;
    int angle_ = 0;
    double depth_ = 0;
};

/// The names to the left of a column of positions, the first on top, with the title above them.
class RowNames {
public:
    RowNames(const Axis& axis, double spacing)
        : title_(one_line(axis.title)), names_(shown_names(axis)), spacing_(spacing) {}

    /// The width to the left of the positions, in pixels.
    double width() const { return name_gap + widest(names_, name_size); }
    /// The height above the positions, in pixels.
    double head() const { return title_.empty() ? 0 : title_room; }
    /// The width of the title, which may extend over the positions.
    double title_width() const { return text_width(title_, axis_title_size); }

    void draw(Canvas& canvas, const Box& positions) const {
        for (std::size_t i = 0; i < names_.size(); i += ColumnNames::step_for(spacing_))
            canvas.text(positions.left - name_gap, positions.top + (static_cast<double>(i) + 0.5) * spacing_, names_[i],
                        {"right", name_size});
    }
    /// @param top the upper edge of the title's room, which is head() pixels high
    void draw_title(Canvas& canvas, double positions_left, double top) const {
        canvas.text(positions_left - width(), top + title_room / 2, title_, axis_title);
    }

private:
    std::string title_;
    std::vector<std::string> names_;
    double spacing_;
};

}  // namespace suture::pictures::detail
