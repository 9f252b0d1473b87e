// Values of JSON in messages.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace suture::detail {

/// A value as a message shows it: numbers and words as they are written, at most 40 characters of them; "an array", "an object".
/// Nested values are not written out: a hostile file can nest them deeper than the stack reaches.
inline std::string json_text(const nlohmann::json& value) {
    constexpr std::size_t most_shown = 40;
    if (value.is_structured()) return std::string("an ") + value.type_name();
    const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.size() <= most_shown ? text : text.substr(0, most_shown) + "...";
}

}  // namespace suture::detail
