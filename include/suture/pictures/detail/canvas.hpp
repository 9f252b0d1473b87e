// A gnuplot script in the making. Everything has its place in pixels, counted from the upper left corner: margins that
// fit names of any length are computed here, for gnuplot reserves room for ordinary ones only.
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
inline constexpr double least_width = 420;  ///< of a picture: its heading needs some room

namespace ink {  // colours of what is drawn around the data
inline constexpr const char* dark = "#222222";
inline constexpr const char* soft = "#555555";
inline constexpr const char* line = "#888888";
inline constexpr const char* faint = "#dddddd";
}  // namespace ink

/// A part of the picture, in pixels.
struct Box {
    double left = 0, top = 0, width = 0, height = 0;
    double right() const { return left + width; }
    double bottom() const { return top + height; }
};

/// How words are written: which end of them is at the place, and in what font.
struct Font {
    const char* anchor = "left";
    double size = 11;
    const char* colour = ink::dark;
    int angle = 0;  ///< in degrees, counter-clockwise
};

/// What is to be drawn, as commands of gnuplot.
class Canvas {
public:
    Canvas(double width, double height) : width_(std::ceil(width)), height_(std::ceil(height)) {}

    double width() const { return width_; }
    double height() const { return height_; }

    /// Writes words of which one end, or the middle, is at the place; their line is centred on y.
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

    /// The part in which axes stand and data are plotted.
    void plot_in(const Box& b) {
        command(
            fmt::format("set lmargin at screen px({:.1f})\nset rmargin at screen px({:.1f})\n"
                        "set tmargin at screen py({:.1f})\nset bmargin at screen py({:.1f})",
                        b.left, b.right(), b.top, b.bottom()));
    }

    /// A line of the script, in front of the plot.
    void command(std::string_view text) { (settings_ += text) += "\n"; }
    /// A block of lines of numbers, which elements name.
    void data(std::string_view name, std::string_view lines) {
        data_ += fmt::format("{} << END\n{}END\n", name, lines);
    }
    /// Something that is plotted, as gnuplot's command `plot` has it.
    void element(std::string element) { elements_.push_back(std::move(element)); }

    /// The whole script: draws NAME.svg and NAME.png in the directory that gnuplot works in.
    std::string script(const std::string& name) const {
        std::string plot;
        for (const std::string& element : elements_) plot += (plot.empty() ? "plot " : ", \\\n     ") + element;
        return fmt::format(
            "# Draws {0}.svg and {0}.png: gnuplot {0}.gp\nreset\nset encoding utf8\n"
            "W = {1:.1f}\nH = {2:.1f}\npx(x) = x / W\npy(y) = 1 - y / H\n"
            "{3}unset key\nset minussign\n{4}"
            "set terminal svg size {1:.0f},{2:.0f} {6} font 'sans-serif,11'\n"
            "set output '{0}.svg'\n{5}\n"
            // Twice as many pixels as the SVG has; a font's unit is 4/3 of a pixel here.
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

/// The title and, below it, the caption, in lines as wide as the picture.
class Heading {
public:
    Heading(std::string_view title, std::string_view caption, double width)
        : title_(wrapped(title, width - 2 * edge, title_size)),
          caption_(wrapped(caption, width - 2 * edge, caption_size)) {}

    /// Of the picture's upper part, down to where the rest begins.
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
