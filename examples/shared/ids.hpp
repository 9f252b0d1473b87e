// Whole numbers and token ids from the command line, which the examples share.
#pragma once

#include <suture/core/component.hpp>
#include <suture/tensor/error.hpp>

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

/// "-1" as a number; `option` is what messages call it.
/// @throws suture::ValueError if it is none, or too large
inline suture::Index number_of(const std::string& option, const std::string& text) {
    suture::Index number = 0;
    const char* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc::result_out_of_range)
        throw suture::ValueError(option + " " + text + " is too large: give a smaller number");
    if (error != std::errc() || after != end)
        throw suture::ValueError(option + " '" + text + "' is no whole number: give one, as in " + option + " 1");
    return number;
}

/// "2,1,0" as numbers.
/// @throws suture::ValueError if it is no such list
inline std::vector<suture::Index> ids_of(const std::string& text) {
    std::vector<suture::Index> ids;
    for (const char *at = text.data(), *end = at + text.size(); at <= end; ++at) {
        const auto [after, error] = std::from_chars(at, end, ids.emplace_back());
        if (error != std::errc() || (after != end && *after != ','))
            throw suture::ValueError("'" + text +
                                     "' is no list of token ids: give integers with commas between, as in 2,1,0");
        at = after;
    }
    return ids;
}
