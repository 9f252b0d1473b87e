// Axes that have a name at each position: tokens, layers, heads.
#pragma once

#include "suture/pictures/detail/text.hpp"

#include <suture/text/visible_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::pictures {

/// What stands along one side of a picture. `names` may hold anything; a CSV file has them as they are.
struct Axis {
    std::string title;               ///< "layer"; none is drawn where it is empty
    std::vector<std::string> names;  ///< one a position
    bool numbered = false;           ///< show the position in front of the name
};

/// A prompt's tokens, shown with their positions: "4 Mary".
inline Axis tokens(std::vector<std::string> names, std::string title = "token") {
    return {std::move(title), std::move(names), true};
}

/// "0" to "11", of something of which there are 12: `numbers("layer", 12)`.
inline Axis numbers(std::string title, std::size_t count) {
    Axis axis{std::move(title), {}, false};
    for (std::size_t i = 0; i < count; ++i) axis.names.push_back(std::to_string(i));
    return axis;
}

/// A token as pictures show it: "4 Mary" for " Mary" at position 4, "5 \n" for a newline. The space that a word of
/// GPT-2 begins with is left out; a token of nothing but spaces is seen as "␣".
inline std::string token_name(std::size_t position, std::string_view token) {
    std::string name;
    if (token.find_first_not_of(' ') == token.npos)
        for (std::size_t i = 0; i < token.size(); ++i) name += "␣";
    else
        name = suture::visible_text(token[0] == ' ' ? token.substr(1) : token);
    return std::to_string(position) + " " + name;
}

namespace detail {
/// The names as they are drawn.
inline std::vector<std::string> shown_names(const Axis& axis) {
    constexpr std::size_t longest = 24;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < axis.names.size(); ++i)
        shown.push_back(shortened(axis.numbered ? token_name(i, axis.names[i]) : printable(axis.names[i]), longest));
    return shown;
}
}  // namespace detail

}  // namespace suture::pictures
