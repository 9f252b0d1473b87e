// CSV files: RFC 4180.
#pragma once

#include <string>

namespace suture::detail {

/// A field of a CSV file, in quotes where RFC 4180 needs them, and around spaces at the ends, which readers may drop.
inline std::string csv_field(const std::string& text) {
    const bool has_marks = text.find_first_of("\",\r\n") != text.npos;
    if (!has_marks && !text.starts_with(' ') && !text.ends_with(' ')) return text;
    std::string field = "\"";
    for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + "\"";
}

}  // namespace suture::detail
