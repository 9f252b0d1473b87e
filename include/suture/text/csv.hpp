// Fields of CSV files (RFC 4180).
#pragma once

#include <string>

#include "suture/core/diagnostics.hpp"
#include "suture/core/refuse.hpp"

namespace suture {

/// The text as a field of a CSV file. It is quoted where RFC 4180 requires it, and where it begins or ends with a
/// space, which readers may drop.
///
///     csv_field(R"(say "no")");  // "say ""no"""
inline std::string csv_field(const std::string& text) {
    const bool has_marks = text.find_first_of("\",\r\n") != text.npos;
    if (!has_marks && !text.starts_with(' ') && !text.ends_with(' ')) return text;
    std::string field = "\"";
    for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
    return field + "\"";
}

template <class...>
SUTURE_REJECTED("a field is one text: write csv_field(text), with std::to_string for a number", csv_field(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
