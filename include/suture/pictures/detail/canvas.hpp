// A gnuplot script under construction. Everything is placed in pixels from the upper left corner: gnuplot reserves room
// for names of ordinary length only, so the margins for longer ones are computed here.
#pragma once

#include "suture/pictures/detail/gnuplot.hpp"
#include "suture/pictures/detail/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace suture::pictures::detail {

inline constexpr double edge = 14;          ///< pixels around everything
inline constexpr double least_width = 420;  ///< of a picture, so that its heading has room

namespace ink {  // the colours of everything that is not data
inline constexpr const char* dark = "#222222";
inline constexpr const char* soft = "#555555";
inline constexpr const char* line = "#888888";
inline constexpr const char* faint = "#dddddd";
}  // namespace ink

/// A rectangle of the picture, in pixels.
struct Box {
    double left = 0, top = 0, width = 0, height = 0;
    double right() const { return left + width; }
    double bottom() const { return top + height; }
};

/// How text is written: which end of it is anchored, and the font.
struct Font {
    const char* anchor = "left";
    double size = 11;
    const char* colour = ink::dark;
    int angle = 0;  ///< in degrees, counter-clockwise
};

/// A drawing as gnuplot commands.
class Canvas {
public:
    Canvas(double width, double height) : width_(std::ceil(width)), height_(std::ceil(height)) {}

    double width() const { return width_; }
    double height() const { return height_; }

    /// Writes text with one end, or its middle, at x; its line is centred on y.
    void text(double x, double y, std::string_view words, const Font& font = {}) {
        if (words.empty()) return;
        command(fmt::format("set label {} at {} {} rotate by {} font 'sans-serif,{}' textcolor rgb '{}' front",
                            gnuplot_string(words), at(x, y), font.anchor, font.angle, font.size, font.colour));
    }
    void frame(const Box& b, const char* colour = ink::line) {
        command(fmt::format("set object rectangle from {} to {} front fillstyle empty border linecolor rgb '{}'",
                            at(b.left, b.top), at(b.right(), b.bottom()), colour));
    }
    void fill(const Box& b, const char* colour) {
        command(fmt::format("set object rectangle from {} to {} front fillcolor rgb '{}' fillstyle solid noborder",
                            at(b.left, b.top), at(b.right(), b.bottom()), colour));
    }
    void line(double x, double y, double to_x, double to_y, std::string_view style) {
        command(fmt::format("set arrow from {} to {} nohead front {}", at(x, y), at(to_x, to_y), style));
    }

    /// Sets the box that the axes enclose and the data are plotted in.
    void plot_in(const Box& b) {
        command(
            fmt::format("set lmargin at screen px({:.1f})\nset rmargin at screen px({:.1f})\n"
                        "set tmargin at screen py({:.1f})\nset bmargin at screen py({:.1f})",
                        b.left, b.right(), b.top, b.bottom()));
    }

    /// Adds a line of the script before the plot.
    void command(std::string_view text) { (settings_ += text) += "\n"; }
    /// Adds a block of lines of numbers that elements refer to by name.
    void data(std::string_view name, std::string_view lines) {
        data_ += fmt::format("{} << END\n{}END\n", name, lines);
    }
    /// Adds an element of gnuplot's command `plot`.
    void element(std::string element) { elements_.push_back(std::move(element)); }

    /// The whole script, which draws NAME.svg and NAME.png in gnuplot's working directory.
    std::string script(const std::string& name) const {
        std::string plot;
        for (const std::string& element : elements_) plot += (plot.empty() ? "plot " : ", \\\n     ") + element;
        return fmt::format(
            "# Draws {0}.svg and {0}.png: gnuplot {0}.gp\nreset\nset encoding utf8\n"
            "W = {1:.1f}\nH = {2:.1f}\npx(x) = x / W\npy(y) = 1 - y / H\n"
            "{3}unset key\nset minussign\n{4}"
            "set terminal svg size {1:.0f},{2:.0f} {6} font 'sans-serif,11'\n"
            "set output '{0}.svg'\n{5}\n"
            // Twice the pixels of the SVG; a font unit is 4/3 of a pixel here.
            "set terminal pngcairo size {7:.0f},{8:.0f} {6} font 'sans-serif,11' fontscale 1.5 "
            "linewidth 2 pointscale 2\n"
            "set output '{0}.png'\nreplot\nunset output\n",
            name, width_, height_, data_, settings_, plot, "noenhanced background '#ffffff'", 2 * width_, 2 * height_);
    }

private:
    static std::string at(double x, double y) { return fmt::format("screen px({:.1f}), screen py({:.1f})", x, y); }

    double width_, height_;
    std::string data_, settings_;
    std::vector<std::string> elements_;
};

/// The title and the caption below it, wrapped to the width of the picture.
class Heading {
public:
    Heading(std::string_view title, std::string_view caption, double width)
        : title_(wrapped(title, width - 2 * edge, title_size)),
          caption_(wrapped(caption, width - 2 * edge, caption_size)) {}

    /// The height of the heading, down to where the rest of the picture begins.
    double height() const {
        return edge + title_line * static_cast<double>(title_.size()) +
               caption_line * static_cast<double>(caption_.size()) + 12;
    }
    void draw(Canvas& canvas) const {
        double top = edge;
        for (const std::string& line : title_) {
            canvas.text(edge, top + title_line / 2, line, {"left", title_size});
            top += title_line;
        }
        for (const std::string& line : caption_) {
            canvas.text(edge, top + caption_line / 2, line, {"left", caption_size, ink::soft});
            top += caption_line;
        }
    }

private:
    static constexpr double title_size = 16, title_line = 24, caption_size = 12, caption_line = 17;
    std::vector<std::string> title_, caption_;
};

}  // namespace suture::pictures::detail
