// The numbers of a sweep as a terminal shows them: as a table, and the largest as a list.
#pragma once

#include "shared/hundredths.hpp"

#include <suture/core/component.hpp>
#include <suture/pictures/axis.hpp>
#include <suture/pictures/heat_map.hpp>
#include <suture/sweep/result.hpp>

#include <ATen/ops/nanmean.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sweep_program {
using examples::hundredths;
using suture::Index;

/// The numbers of the map with one line per column; empty if there are too many for a terminal.
inline std::string table_text(const suture::pictures::HeatMap& map) {
    constexpr std::size_t most_rows = 16, most_columns = 40;
    const auto &rows = map.rows.names, &columns = map.columns.names;
    if (rows.size() > most_rows || columns.size() > most_columns) return "";
    std::size_t first = map.columns.title.size(), width = 7;
    for (const std::string& name : columns) first = std::max(first, name.size());
    for (const std::string& name : rows) width = std::max(width, name.size() + 2);
    std::string text = map.columns.title;
    if (!map.rows.title.empty())
        text = fmt::format("{:<{}}  {}\n{:<{}}", text, first, map.rows.title, "", first);
    else
        text.resize(first, ' ');
    for (const std::string& name : rows) text += fmt::format("{:>{}}", name, width);
    for (std::size_t column = 0; column < columns.size(); ++column) {
        text += fmt::format("\n{:<{}}", columns[column], first);
        for (Index row = 0; row < map.values.size(0); ++row)
            text +=
                fmt::format("{:>{}}", hundredths(map.values[row][static_cast<Index>(column)].item<double>()), width);
    }
    return text + "\n";
}

namespace detail {
/// "layer 2, Q, head 1, token 9 Mary": the cell with this index, counted over all axes but that of the prompts.
inline std::string cell_name(const suture::SweepResult& result, Index index, const std::vector<std::string>& words) {
    std::vector<std::string> parts;
    for (std::size_t i = result.axes.size() - 1; i > 0; --i) {
        const suture::SweepAxis& axis = result.axes[i];
        const std::string& label = axis.labels[static_cast<std::size_t>(index % axis.size())];
        const std::string name =
            axis.name == "position" ? suture::pictures::token_name(std::stoul(label), words[std::stoul(label)]) : label;
        parts.insert(parts.begin(), axis.name == "component" ? name : axis.name + " " + name);
        index /= axis.size();
    }
    if (parts.size() > 1 && result.axes[1].name == "component") std::swap(parts[0], parts[1]);
    return fmt::format("{}", fmt::join(parts, ", "));
}
}  // namespace detail

/// The cells whose numbers, as means over the prompts, are farthest from zero, one line each.
/// @param numbers in the axes of the result
/// @param words the token at each position of a prompt
inline std::vector<std::string> largest_cells(const suture::SweepResult& result, const at::Tensor& numbers,
                                              const std::vector<std::string>& words, Index most = 5) {
    const at::Tensor means = numbers.nanmean(0).flatten(), sizes = means.abs().nan_to_num(0, 0, 0);
    const auto [size, where] = sizes.topk(std::min(most, sizes.numel()));
    std::vector<std::string> lines;
    for (Index i = 0; i < size.numel() && size[i].item<double>() >= 0.005; ++i) {
        const Index cell = where[i].item<Index>();
        lines.push_back(
            fmt::format("{:>6}  {}", hundredths(means[cell].item<double>()), detail::cell_name(result, cell, words)));
    }
    return lines;
}

}  // namespace sweep_program
