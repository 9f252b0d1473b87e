// Reports: pages of text, tables, pictures and listings, each a single HTML file that needs only a browser, without
// network or scripts. Law: no text that is added becomes markup.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/new_file.hpp"
#include "suture/pictures/detail/html.hpp"
#include "suture/pictures/detail/page_style.hpp"
#include "suture/pictures/detail/text_file.hpp"
#include "suture/pictures/save.hpp"
#include "suture/pictures/table.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::pictures {

/// A page under construction, in the order in which its parts are added. The page contains its pictures and links to
/// their numbers, which are files beside it.
///
///     Report report("out/report.html", "Where does the name go?");
///     report.section("Attention").paragraph("Head 9 looks back.").picture(save(map, "out", "attention"));
///     report.save();
class Report {
public:
    explicit Report(std::filesystem::path file, std::string title, std::string subtitle = "")
        : file_(std::move(file)), title_(std::move(title)), subtitle_(std::move(subtitle)) {}

    SUTURE_REJECTED_DEFAULT("a report has a file and a title: write Report report(path, title)", Report);
    explicit SUTURE_REJECTED_FROM("a report has a file and a title: write Report report(path, title)", Report,
                                  const std::string&);
    template <class...>
    SUTURE_REJECTED("a section has a heading: write report.section(heading)", section(...));
    template <class...>
    SUTURE_REJECTED("a paragraph is a text: write report.paragraph(text)", paragraph(...));
    template <class...>
    SUTURE_REJECTED("a table has a header and rows: write report.table(Table{header, rows})", table(...));
    template <class...>
    SUTURE_REJECTED("a picture is saved first: write report.picture(save(map, directory, name))", picture(...));
    template <class...>
    SUTURE_REJECTED("the report knows its file: write report.save()", save(std::string_view) const);
    template <class...>
    SUTURE_REJECTED("a section has a heading: write report.section(heading)", heading(...));
    template <class...>
    SUTURE_REJECTED("a section has a heading: write report.section(heading)", header(...));
    template <class...>
    SUTURE_REJECTED("a section has a heading: write report.section(heading)", title(...));
    template <class...>
    SUTURE_REJECTED("code is text: write report.code(text)", code(...));
    template <class...>
    SUTURE_REJECTED("a picture is saved first: write report.picture(save(map, directory, name))", image(...));
    template <class...>
    SUTURE_REJECTED("a picture is saved first: write report.picture(save(map, directory, name))", figure(...));
    template <class...>
    SUTURE_REJECTED("a picture is saved first: write report.picture(save(map, directory, name))", plot(...));
    template <class...>
    SUTURE_REJECTED("a report is built from parts: write report.paragraph(text), table or picture",
                    add(InBraces, InBraces = {}, InBraces = {}));
    template <class...>
    SUTURE_REJECTED("a report is built from parts: write report.paragraph(text), table or picture",
                    append(InBraces, InBraces = {}, InBraces = {}));
    template <class...>
    SUTURE_REJECTED("a report is built from parts: write report.paragraph(text), table or picture",
                    text(InBraces, InBraces = {}, InBraces = {}));
    template <class T>
    SUTURE_REJECTED(
        "a report is built from parts: write report.paragraph(text), table or picture", operator<<(const T&));
    template <class...>
    SUTURE_REJECTED("the report knows its file: write report.save()", write(...) const);
    friend SUTURE_REJECTED(
        "a report is a page: write report.save(), or print report.text()", operator<<(std::ostream&, const Report&));
    Report& section(const std::string& heading) {
        sections_.push_back(heading);
        return put("<h2 id=\"section-{}\">{}</h2>\n", sections_.size(), detail::html(heading));
    }
    Report& paragraph(std::string_view text) { return put("<p>{}</p>\n", detail::html(text)); }

    /// Numbers are aligned to the right; a newline in a cell is kept.
    /// @throws suture::ShapeError if a row has more or fewer cells than the header
    Report& table(const Table& table, std::string_view title = "");

    /// Adds the picture, its caption, and links to its files; instructions for drawing it if it was not drawn.
    /// @throws suture::FileError if its SVG file no longer exists
    Report& picture(const Saved& saved);

    Report& code(std::string_view text, std::string_view title = "") {
        return box(title, fmt::format("<pre><code>{}</code></pre>", detail::html(text)));
    }

    /// The whole page.
    std::string text() const;

    /// Writes the page: complete, or not at all. Its directory is made if needed.
    /// @throws suture::FileError, with the path, if the file cannot be written
    void save() const {
        std::error_code refused;  // save_text reports it
        if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path(), refused);
        suture::save_text(file_, text());
    }

private:
    template <class... Parts>
    Report& put(fmt::format_string<Parts...> form, Parts&&... parts) {
        body_ += fmt::format(form, std::forward<Parts>(parts)...);
        return *this;
    }
    /// A box for content that may be wider than a phone.
    Report& box(std::string_view title, std::string_view markup) {
        put("<div class=\"box\">");
        if (!title.empty()) put("<div class=\"title soft\">{}</div>", detail::html(title));
        return put("{}</div>\n", markup);
    }
    std::string link(const std::filesystem::path& to) const {
        return fmt::format("<a href=\"{}\">{}</a>", detail::address(to, file_.parent_path()),
                           detail::html(to.filename().string()));
    }
    std::string contents() const;

    std::filesystem::path file_;
    std::string title_, subtitle_, body_;
    std::vector<std::string> sections_;
    std::size_t pictures_ = 0;
};

namespace detail {
/// Whether the whole text is a number, with or without a sign.
inline bool is_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size();
}
/// @param column the header of the column, which a phone shows in front of the cell
inline std::string table_cell(const char* tag, const std::string& text, bool number, const std::string& column = "") {
    return fmt::format("<{0}{1}{3}>{2}</{0}>", tag, number ? " class=\"number\"" : "", html(text),
                       column.empty() ? "" : fmt::format(" data-column=\"{}\"", html(printable(column))));
}
}  // namespace detail

inline Report& Report::table(const Table& table, std::string_view title) {
    for (const auto& row : table.rows)
        if (row.size() != table.header.size())
            throw suture::ShapeError(
                fmt::format("a row of the table '{}' has {} cells, but the header has {}: give one cell per column",
                            detail::printable(title), row.size(), table.header.size()));
    std::string markup;
    for (std::size_t i = 0; i < table.header.size(); ++i)
        markup += detail::table_cell("th", table.header[i], !table.rows.empty() && detail::is_number(table.rows[0][i]));
    for (const auto& row : table.rows) {
        markup += "</tr>\n<tr>";
        for (std::size_t i = 0; i < row.size(); ++i)
            markup += detail::table_cell("td", row[i], detail::is_number(row[i]), table.header[i]);
    }
    return box(title, fmt::format("<div class=\"scroll\"><table>\n<tr>{}</tr>\n</table></div>", markup));
}

inline Report& Report::picture(const Saved& saved) {
    const std::string words = saved.title + (saved.caption.empty() ? "" : ": " + saved.caption);
    put("<figure>\n");
    if (saved.drawn) {
        const std::string prefix = fmt::format("picture-{}-", ++pictures_);
        put("<div class=\"paper\">{}</div>\n", detail::inline_svg(detail::contents_of(saved.svg), prefix, words));
        put("<figcaption><span class=\"again\">{}</span>{} · {} · ", detail::html(words), link(saved.svg),
            link(saved.png));
    } else {
        put("<p>{}</p>\n<figcaption>{} · ", detail::html(words), detail::html(saved.remedy()));
    }
    return put("{} · {} · {}</figcaption>\n</figure>\n", link(saved.csv), link(saved.safetensors), link(saved.script));
}

/// The links to the sections, if there are at least two.
inline std::string Report::contents() const {
    if (sections_.size() < 2) return "";
    std::string items;
    for (std::size_t i = 0; i < sections_.size(); ++i)
        items += fmt::format("<li><a href=\"#section-{}\">{}</a></li>", i + 1, detail::html(sections_[i]));
    return "<nav><ul>" + items + "</ul></nav>\n";
}

inline std::string Report::text() const {
    const std::string below = subtitle_.empty() ? "" : "<p class=\"soft\">" + detail::html(subtitle_) + "</p>\n";
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n{2}{3}{4}"
        "</main>\n</body>\n</html>\n",
        detail::html(title_), detail::page_style, below, contents(), body_);
}

}  // namespace suture::pictures

#include "suture/core/end_refuse.hpp"
