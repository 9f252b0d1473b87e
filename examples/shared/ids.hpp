// Integers and token ids from the command line.
#pragma once

#include <suture/core/component.hpp>
#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

namespace examples {

/// The integer that a text such as "-1" holds. Errors name the option.
/// @throws suture::ValueError if the text is not an integer, or too large
inline suture::Index number_of(const std::string& option, const std::string& text) {
    suture::Index number = 0;
    const char* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range)
        throw suture::ValueError(option + " " + text + " is too large: give a smaller number");
    if (error != std::errc() || after != end)
        throw suture::ValueError(option + " '" + text + "' is not an integer: give one, as in " + option + " 1");
    return number;
}

/// The same, for an option that must lie between two bounds.
/// @throws suture::ValueError if the text is not an integer, or lies outside the bounds
inline suture::Index number_within(const std::string& option, const std::string& text, suture::Index least,
                                   suture::Index most) {
    const suture::Index number = number_of(option, text);
    if (number < least || number > most)
        throw suture::ValueError(fmt::format("{} is {}: give {} to {}", option, number, least, most));
    return number;
}

/// The token ids of a list such as "2,1,0".
/// @throws suture::ValueError if the text is not such a list
inline std::vector<suture::Index> ids_of(const std::string& text) {
    std::vector<suture::Index> ids;
    for (const char *at = text.data(), *end = at + text.size(); at <= end; ++at) {
        const auto [after, error] = std::from_chars(at, end, ids.emplace_back());
        if (error != std::errc() || (after != end && *after != ','))
            throw suture::ValueError("'" + text +
                                     "' is not a list of token ids: give integers separated by commas, as in 2,1,0");
        at = after;
    }
    return ids;
}

}  // namespace examples
