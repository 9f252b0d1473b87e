// Tables as CSV files: RFC 4180, UTF-8. Law: reading gives back what was written, whatever the cells hold.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/new_file.hpp"
#include "suture/pictures/table.hpp"

#include <suture/text/csv.hpp>
#include <suture/text/utf8.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::pictures {

namespace detail {
inline std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += (i ? "," : "") + suture::csv_field(suture::replaced_utf8(cells[i]));
    return line + "\r\n";
}
}  // namespace detail

/// The table as CSV. Bytes that are not UTF-8 become U+FFFD.
inline std::string csv_text(const Table& table) {
    std::string text = detail::csv_line(table.header);
    for (const auto& row : table.rows) text += detail::csv_line(row);
    return text;
}

/// Writes the table as CSV: complete, or not at all.
///
///     save_csv("heads.csv", {{"head", "score"}, {{"9.1", "0.93"}}});
///
/// @throws suture::FileError, with the path, if the file cannot be written; an older file is then unchanged
inline void save_csv(const std::filesystem::path& path, const Table& table) {
    suture::save_text(path, csv_text(table));
}

template <class...>
SUTURE_REJECTED("a table is written to a path: write save_csv(path, Table{header, rows})", save_csv(...));
template <class...>
SUTURE_REJECTED("a table has a header and rows: write csv_text(Table{header, rows})", csv_text(...));

}  // namespace suture::pictures

#include "suture/core/end_refuse.hpp"
