// HTML: escaped text, relative addresses, and SVG files as parts of a page.
#pragma once

#include "suture/pictures/detail/text.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace suture::pictures::detail {

/// A character as it is written in a page.
inline std::string_view in_html(const Character& c) {
    switch (c.number) {
        case U'&':
            return "&amp;";
        case U'<':
            return "&lt;";
        case U'>':
            return "&gt;";
        case U'"':
            return "&quot;";
        case U'\'':
            return "&#39;";
        case U'\n':
        case U'\t':
            return c.bytes;
        default:
            return is_unprintable(c.number) ? "\uFFFD" : c.bytes;
    }
}

/// The text escaped for a page, between tags or in a quoted attribute: nothing in it is markup.
inline std::string html(std::string_view text) {
    std::string escaped;
    for (const Character& c : characters_of(text)) escaped += in_html(c);
    return escaped;
}

/// The address of a file relative to a page's directory, escaped for a link.
inline std::string address(const std::filesystem::path& file, const std::filesystem::path& directory) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~";
    std::string link;
    const auto absolute = [](const std::filesystem::path& p) {
        return std::filesystem::absolute(p.empty() ? "." : p).lexically_normal();
    };
    for (const char c : absolute(file).lexically_relative(absolute(directory)).generic_string())
        link += plain.find(c) != plain.npos ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return link;
}

inline void replace_all(std::string& text, std::string_view from, const std::string& to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// The markup with a prefix before every id and every reference to one. Text between tags is unchanged.
inline std::string with_own_ids(std::string_view markup, const std::string& prefix) {
    std::string own;
    while (!markup.empty()) {
        const std::size_t begin = std::min(markup.find('<'), markup.size());
        const std::size_t end = std::min(markup.find('>', begin), markup.size());
        own += markup.substr(0, begin);
        std::string tag(markup.substr(begin, end - begin));
        for (const std::string mark : {" id='", " id=\"", "href='#", "href=\"#", "url(#"})
            replace_all(tag, mark, mark + prefix);
        own += tag;
        markup.remove_prefix(end);
    }
    return own;
}

/// An SVG file written by gnuplot as an element of a page: without prolog, title and description, but with a label, and
/// with ids that are unique on the page.
/// @throws suture::FileError if gnuplot did not write the file
inline std::string inline_svg(std::string_view file, const std::string& prefix, std::string_view label) {
    const std::size_t svg = file.find("<svg"), svg_end = file.find('>', svg), drawing = file.find("<g ", svg);
    if (svg == file.npos || drawing == file.npos)
        throw suture::FileError(
            fmt::format("the picture '{}' is not an SVG file written by gnuplot: draw it again", label));
    const std::string tag = fmt::format("<svg role=\"img\" aria-label=\"{}\"", html(label));
    return tag + with_own_ids(std::string(file.substr(svg + 4, svg_end - svg - 3)), prefix) +
           with_own_ids(file.substr(drawing), prefix);
}

}  // namespace suture::pictures::detail
