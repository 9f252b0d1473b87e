// The scripts of pictures in tests: where their labels are, and whether all fit.
#pragma once

#include "pictures/fixture.hpp"

#include <cmath>
#include <cstddef>
#include <regex>
#include <string>
#include <vector>

namespace pictures_test {

template <class P>
std::string script_of(const P& picture) {
    return drawing_of(picture).canvas.script("p");
}

/// Names of very different lengths.
inline suture::pictures::Axis some_tokens(std::size_t count, const std::string& title) {
    const std::vector<std::string> words{"<|endoftext|>", " Mary", " a", ",", " extraordinarily long winded"};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(words[i % words.size()]);
    return suture::pictures::tokens(names, title);
}

inline double number_in(const std::string& script, const std::string& name) {
    const std::size_t at = script.find("\n" + name + " = ");
    return std::stod(script.substr(at + name.size() + 4));
}

/// The ends of a label, by its estimated width.
struct Reach {
    double left, right, top, bottom;
};
inline Reach reach_of(const std::smatch& label) {
    const double x = std::stod(label[2]), y = std::stod(label[3]), angle = std::stod(label[5]) * std::acos(-1) / 180;
    const double length = suture::pictures::detail::text_width(label[1].str(), std::stod(label[6]));
    const double before = label[4] == "right" ? length : label[4] == "center" ? length / 2 : 0, after = length - before;
    return {x - before * std::cos(angle), x + after * std::cos(angle), y - after * std::sin(angle),
            y + before * std::sin(angle)};
}

/// Checks that no label extends beyond the picture.
inline void check_nothing_is_cut_off(const std::string& script) {
    const std::regex label(
        R"(set label '(.*)' at screen px\(([-.\d]+)\), screen py\(([-.\d]+)\) (\w+) rotate by (\d+) )"
        R"(font 'sans-serif,(\d+)')");
    const double width = number_in(script, "W"), height = number_in(script, "H");
    std::size_t labels = 0;
    for (std::sregex_iterator at(script.begin(), script.end(), label), end; at != end; ++at, ++labels) {
        const Reach reach = reach_of(*at);
        CAPTURE((*at)[0].str());
        CHECK(reach.left >= 0);
        CHECK(reach.right <= width);
        CHECK(reach.top >= 0);
        CHECK(reach.bottom <= height);
    }
    CHECK(labels > 3);
}

}  // namespace pictures_test
