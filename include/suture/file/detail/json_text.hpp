// Values of JSON in messages.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace suture::detail {

/// A value as a message shows it: numbers and words as they are written, at most 40 characters of them; "an array", "an object".
/// Nested values are not written out: a hostile file can nest them deeper than the stack reaches.
inline std::string json_text(const nlohmann::json& value) {
    constexpr std::size_t most_shown = 40;
    if (value.is_structured()) return std::string("an ") + value.type_name();
    const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.size() <= most_shown ? text : text.substr(0, most_shown) + "...";
}

/// Why and where a text is not JSON, without the parser's own name for it and without repeating the text.
inline std::string parse_reason(const nlohmann::json::exception& error) {
    std::string_view reason = error.what();  // "[json.exception...] parse error at ...: why; last read: '...'"
    reason = reason.substr(std::min(reason.size(), reason.find("] ") + 2));
    reason = reason.substr(0, reason.find("; last read"));
    return std::string(reason.substr(0, 200));
}

}  // namespace suture::detail
