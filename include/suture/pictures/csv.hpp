// Tables, and the CSV files that hold them: RFC 4180, UTF-8. Law: what was written is read, whatever the cells hold.
#pragma once

#include "suture/pictures/detail/text.hpp"

#include <suture/file/new_file.hpp>
#include <suture/text/csv.hpp>
#include <suture/text/utf8.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace suture::pictures {

/// Rows of cells below a header. In a tidy table a row is one observation, and a column one thing known about it.
struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

namespace detail {
inline std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += (i ? "," : "") + suture::detail::csv_field(suture::detail::replaced_utf8(cells[i]));
    return line + "\r\n";
}

/// Writes a text file: complete, or not at all.
/// @throws suture::FileError, with the path, if the disk refuses
inline void save_text(const std::filesystem::path& path, std::string_view text) { suture::save_text(path, text); }
}  // namespace detail

inline std::string csv_text(const Table& table) {
    std::string text = detail::csv_line(table.header);
    for (const auto& row : table.rows) text += detail::csv_line(row);
    return text;
}

/// @throws suture::FileError, with the path, if the disk refuses; what was there before is then still there
inline void save_csv(const std::filesystem::path& path, const Table& table) {
    detail::save_text(path, csv_text(table));
}

}  // namespace suture::pictures
