// Fields of CSV files (RFC 4180).
#pragma once

#include "suture/text/utf8.hpp"

#include <string>

namespace suture {

/// The text as a field of a CSV file. It is quoted where RFC 4180 requires it, and where it begins or ends with a
/// space, which readers may drop.
///
///     csv_field(R"(say "no")");  // "say ""no"""
inline std::string csv_field(detail::GivenText text) {
    const bool has_marks = text.find_first_of("\",\r\n") != text.npos;
    if (!has_marks && !text.starts_with(' ') && !text.ends_with(' ')) return std::string(text);
    std::string field = "\"";
    for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + "\"";
}

}  // namespace suture
