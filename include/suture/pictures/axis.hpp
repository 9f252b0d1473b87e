// Axes that have a name at each position: tokens, layers, heads.
#pragma once

#include <suture/text/visible_text.hpp>

#include <algorithm>
#include <cctype>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suture/core/diagnostics.hpp"
#include "suture/core/refuse.hpp"

namespace suture::pictures {

struct Axis;

namespace detail {
/// Whether these are not a title, names, and whether they are numbered.
template <class... Given>
inline constexpr bool is_no_axis = sizeof...(Given) > 0;
template <std::same_as<Axis> Same>
inline constexpr bool is_no_axis<Same> = false;
template <std::convertible_to<std::string> Title, std::convertible_to<std::vector<std::string>> Names>
inline constexpr bool is_no_axis<Title, Names> = false;
template <std::convertible_to<std::string> Title, std::convertible_to<std::vector<std::string>> Names, class Numbered>
inline constexpr bool is_no_axis<Title, Names, Numbered> = false;
}  // namespace detail

/// One side of a picture: its title, and a name for each position. The names may hold any bytes; CSV files keep them as
/// they are.
///
///     Axis{"layer", {"embedding", "after layer 0", "after layer 1"}}
struct Axis {
    std::string title{};               ///< "layer"; an empty title is not drawn
    std::vector<std::string> names{};  ///< one per position
    bool numbered = false;             ///< whether each name is shown with its position in front

    Axis() = default;
    Axis(std::string title_, std::vector<std::string> names_, bool numbered_ = false)
        : title(std::move(title_)), names(std::move(names_)), numbered(numbered_) {}
    // Anything else: not declared as a refusal, because a constructor that is a template has no other way to say a sentence
    // with Clang.
    template <class... Given>
        requires(detail::is_no_axis<Given...>)
    Axis(const Given&...) {
        static_assert(sizeof...(Given) == 0,
                      "an axis has a title and names: write tokens(words), or numbers(title, count)");
    }
};

/// The tokens of a prompt, shown with their positions: "4 Mary".
///
///     tokens({"When", " Mary", " and"})
inline Axis tokens(std::vector<std::string> names, std::string title = "token") {
    return {std::move(title), std::move(names), true};
}

/// The names "0", "1", ..., one for each of `count` positions: `numbers("layer", 12)`.
inline Axis numbers(std::string title, std::size_t count) {
    Axis axis{std::move(title), {}, false};
    for (std::size_t i = 0; i < count; ++i) axis.names.push_back(std::to_string(i));
    return axis;
}

/// A token as pictures show it: "4 Mary" for " Mary" at position 4, "5 \n" for a newline, and `8 ","` with quotes for a comma,
/// which alone would not look like a token. The leading space of GPT-2's words is left out; a token that consists of spaces is
/// shown as "␣".
/// Law: a token that is escaped already, as `Tokenizer::token_text` gives it, is not escaped again.
inline std::string token_name(std::size_t position, std::string_view token) {
    std::string name;
    if (token.find_first_not_of(' ') == token.npos) {
        for (std::size_t i = 0; i < token.size(); ++i) name += "␣";
    } else {
        name = suture::visible_text(token[0] == ' ' ? token.substr(1) : token);
        for (std::size_t at = name.find("\\\\"); at != name.npos; at = name.find("\\\\", at + 1)) name.erase(at, 1);
        if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::ispunct(c) && c != '\\'; }))
            name = '"' + name + '"';
    }
    return std::to_string(position) + " " + name;
}

template <class...>
SUTURE_REJECTED("an axis of tokens has a name for each: write tokens({first, second})", tokens(...));
template <class...>
SUTURE_REJECTED("a numbered axis has a title and a length: write numbers(title, count)", numbers(...));

template <class...>
SUTURE_REJECTED("the position comes first: write token_name(4, token)", token_name(...));

}  // namespace suture::pictures

#include "suture/core/end_refuse.hpp"
