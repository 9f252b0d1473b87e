// A sweep's result in two dimensions, for pictures and terminals: the mean over the prompts, tokens (or else heads)
// along one side and all other axes along the other.
#pragma once

#include "suture/pictures/detail/axis.hpp"

#include <suture/core/component.hpp>
#include <suture/sweep/result.hpp>

#include <ATen/ops/nanmean.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace examples {
namespace pictures = suture::pictures;
using suture::Index;

struct SweepPlane {
    at::Tensor numbers;  ///< [rows, columns]
    pictures::Axis rows, columns;
};

namespace detail {
/// The places of an axis as people read them: tokens with their words.
inline std::vector<std::string> place_names(const suture::SweepAxis& axis, const std::vector<std::string>& words) {
    if (axis.name != "token") return axis.labels;
    std::vector<std::string> names;
    for (const std::string& label : axis.labels)
        names.push_back(pictures::token_name(std::stoul(label), words[std::stoul(label)]));
    return names;
}
/// Two sides as one, row by row: "Q" and "3" are "Q 3", "3" and "7" are "3.7".
inline pictures::Axis product(const pictures::Axis& a, const pictures::Axis& b) {
    const char* const between = a.title == "component" ? " " : ".";
    pictures::Axis both{a.title + between + b.title, {}, false};
    for (const std::string& first : a.names)
        for (const std::string& second : b.names) both.names.push_back(first + between + second);
    return both;
}
}  // namespace detail

/// @param numbers in the axes of the result; NaN where one is not known
/// @param words what stands at each token of a prompt
inline SweepPlane plane_of(const suture::SweepResult& result, const at::Tensor& numbers,
                           const std::vector<std::string>& words) {
    std::vector<pictures::Axis> sides;
    for (const suture::SweepAxis& axis : result.axes)
        if (axis.name != "prompt") sides.push_back({axis.name, detail::place_names(axis, words), false});
    SweepPlane plane{numbers.nanmean(0), {"", {"all"}, false}, sides.back()};
    sides.pop_back();
    if (!sides.empty()) plane.rows = std::accumulate(sides.begin() + 1, sides.end(), sides.front(), detail::product);
    plane.numbers = plane.numbers.reshape({-1, static_cast<Index>(plane.columns.names.size())});
    return plane;
}

/// "0.25", and never "-0.00"; a dot where there is no number.
inline std::string hundredths(double number) {
    return std::isfinite(number) ? fmt::format("{:.2f}", std::round(100 * number) / 100 + 0.0) : ".";
}

/// The numbers as a terminal shows them, a line a column; empty where they are too many.
inline std::string table_text(const SweepPlane& plane) {
    constexpr std::size_t most_rows = 16, most_columns = 40;
    if (plane.rows.names.size() > most_rows || plane.columns.names.size() > most_columns) return "";
    std::size_t first = plane.columns.title.size(), width = 7;
    for (const std::string& name : plane.columns.names) first = std::max(first, name.size());
    for (const std::string& name : plane.rows.names) width = std::max(width, name.size() + 2);
    std::string text = plane.columns.title;
    if (!plane.rows.title.empty())
        text = fmt::format("{:<{}}  {}\n{:<{}}", text, first, plane.rows.title, "", first);
    else
        text.resize(first, ' ');
    for (const std::string& name : plane.rows.names) text += fmt::format("{:>{}}", name, width);
    for (std::size_t column = 0; column < plane.columns.names.size(); ++column) {
        text += fmt::format("\n{:<{}}", plane.columns.names[column], first);
        for (Index row = 0; row < plane.numbers.size(0); ++row)
            text +=
                fmt::format("{:>{}}", hundredths(plane.numbers[row][static_cast<Index>(column)].item<double>()), width);
    }
    return text + "\n";
}

/// The places whose numbers are farthest from zero, a line each.
inline std::vector<std::string> largest_places(const SweepPlane& plane, Index most = 5) {
    const at::Tensor sizes = plane.numbers.abs().nan_to_num(0, 0, 0).flatten();
    const auto [size, where] = sizes.topk(std::min(most, sizes.numel()));
    std::vector<std::string> lines;
    for (Index i = 0; i < size.numel() && size[i].item<double>() >= 0.005; ++i) {
        const Index at = where[i].item<Index>(), columns = plane.numbers.size(1);
        const auto row = static_cast<std::size_t>(at / columns), column = static_cast<std::size_t>(at % columns);
        const std::string title = plane.rows.title.empty() ? "" : plane.rows.title + " " + plane.rows.names[row] + ", ";
        lines.push_back(fmt::format("{:>6}  {}{} {}", hundredths(plane.numbers.flatten()[at].item<double>()), title,
                                    plane.columns.title, plane.columns.names[column]));
    }
    return lines;
}

}  // namespace examples
