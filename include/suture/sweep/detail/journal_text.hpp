// The text of a sweep's journal: its first line names the format, the second the sweep; then follow lines of
// `<cell> <value>` and of `baseline <prompt> <value>`, with values in hexadecimal (1.8p+1 is 3) so that no bit is lost.
// Law: what `lines_of` writes, `JournalText::parse` reads bit for bit; a NaN as a NaN.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/error.hpp"

#include <charconv>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

namespace suture::detail {

/// Numbers by the index of their cell or prompt.
using Numbered = std::map<Index, double>;

struct JournalText {
    static constexpr std::string_view header = "suture sweep journal 1\n";

    std::string sweep;  ///< empty if the text breaks off before the sweep is named
    Numbered cells, baselines;
    std::size_t whole = 0;  ///< bytes up to the end of the last whole line; 0 if the sweep is not named
    std::size_t size = 0;   ///< bytes in all

    /// Reads the whole lines; the rest of a text that breaks off within a line is left out.
    /// @throws FileError, without the path, if this is not a journal
    static JournalText parse(std::string_view text) {
        JournalText read;
        read.size = text.size();
        if (!text.starts_with(header) && !header.starts_with(text))
            throw FileError("is not a suture sweep journal (unexpected first line): choose another file");
        const std::size_t last = text.rfind('\n');
        const std::size_t whole = last == text.npos ? 0 : last + 1;
        const std::size_t named = text.find('\n', header.size());
        if (whole <= header.size() || named == text.npos) return read;  // the power failed before the sweep was named
        read.whole = whole;
        read.sweep = text.substr(header.size(), named - header.size());
        for (std::size_t at = named + 1; at < whole;) {
            const std::size_t end = text.find('\n', at);
            read.take_line(text.substr(at, end - at));
            at = end + 1;
        }
        return read;
    }

    static std::string lines_of(std::string_view prefix, const Numbered& numbers) {
        std::string lines;
        char digits[48];
        for (const auto& [number, value] : numbers) {
            const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::hex).ptr;
            lines += std::string(prefix) + std::to_string(number) + " " + std::string(digits, end) + "\n";
        }
        return lines;
    }
    static std::string lines_of_cells(const Numbered& numbers) { return lines_of("", numbers); }
    static std::string lines_of_baselines(const Numbered& numbers) { return lines_of(baseline_prefix, numbers); }

private:
    static constexpr std::string_view baseline_prefix = "baseline ";

    void take_line(std::string_view line) {
        const bool is_baseline = line.starts_with(baseline_prefix);
        const char* const begin = line.data() + (is_baseline ? baseline_prefix.size() : 0);
        const char* const end = line.data() + line.size();
        Index number = -1;
        double value = 0;
        const auto index = std::from_chars(begin, end, number);
        const bool has_index = index.ec == std::errc() && number >= 0 && index.ptr != end && *index.ptr == ' ';
        const auto rest = has_index ? std::from_chars(index.ptr + 1, end, value, std::chars_format::hex) : index;
        if (!has_index || rest.ec != std::errc() || rest.ptr != end)
            throw FileError("has the line '" + std::string(line.substr(0, 60)) +
                            "' instead of a cell and its value: remove the line");
        (is_baseline ? baselines : cells)[number] = value;
    }
};

}  // namespace suture::detail
