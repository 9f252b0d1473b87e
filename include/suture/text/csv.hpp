// Fields of CSV files (RFC 4180).
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/text/utf8.hpp"

#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// An object and not a function, so that a call with anything else is refused and the name is still a value.
struct CsvField {
    std::string operator()(GivenText text) const {
        const bool has_marks = text.find_first_of("\",\r\n") != text.npos;
        if (!has_marks && !text.starts_with(' ') && !text.ends_with(' ')) return std::string(text);
        std::string field = "\"";
        for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
        return field + "\"";
    }
    template <class...>
    SUTURE_REJECTED("this takes one text: write csv_field(text)", operator()(...) const);
};
}  // namespace detail

/// The text as a field of a CSV file. It is quoted where RFC 4180 requires it, and where it begins or ends with a
/// space, which readers may drop.
///
///     csv_field(R"(say "no")");  // "say ""no"""
inline constexpr detail::CsvField csv_field{};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
