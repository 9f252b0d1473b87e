// Patching sweeps as heat maps: the mean over the prompts, with tokens (or else the last axis) along the columns and
// all other axes along the rows.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/pictures/axis.hpp"
#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/scale.hpp"

#include <suture/core/component.hpp>
#include <suture/sweep/result.hpp>
#include <suture/tensor/describe.hpp>
#include <suture/tensor/error.hpp>
#include <suture/tensor/torch.hpp>

#include <ATen/ops/nanmean.h>
#include <fmt/format.h>

#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::pictures {

namespace detail {
/// The axis of a sweep as a side of a picture. Positions of tokens are shown with the tokens, if these are given.
inline Axis side_of(const SweepAxis& axis, const std::vector<std::string>& tokens) {
    Axis side{axis.name, axis.labels, false};
    if (axis.name != "position" || tokens.empty()) return side;
    for (std::string& name : side.names) {
        const std::size_t position = std::stoul(name);
        if (position >= tokens.size())
            throw ShapeError(
                fmt::format("the sweep has a token {}, but {} tokens were given: give those of its prompts", position,
                            tokens.size()));
        name = token_name(position, tokens[position]);
    }
    return side;
}

/// Two axes as one, row by row: "Q" and "3" become "Q 3", "3" and "7" become "3.7".
inline Axis product(const Axis& a, const Axis& b) {
    const char* const between = a.title == "component" ? " " : ".";
    Axis both{a.title + between + b.title, {}, false};
    for (const std::string& first : a.names)
        for (const std::string& second : b.names) both.names.push_back(first + between + second);
    return both;
}
}  // namespace detail

/// Numbers of a sweep as a heat map without title and caption: their mean over the prompts for which they are known.
/// @param result the sweep, whose axes become the sides of the picture
/// @param numbers one per cell, in the axes of the result; NaN where a number is not known
/// @param tokens the token at each position of the prompts, to name the columns by
/// @throws suture::ShapeError if the numbers do not have the axes of the result, or the tokens are too few
inline HeatMap heat_map_of(const SweepResult& result, const at::Tensor& numbers,
                           const std::vector<std::string>& tokens = {}) {
    std::vector<Index> sizes;
    for (const SweepAxis& axis : result.axes) sizes.push_back(axis.size());
    if (!numbers.defined() || numbers.sizes() != at::IntArrayRef(sizes))
        throw ShapeError(fmt::format("expected numbers {} in the axes of the sweep, got {}: give one number per cell",
                                     shape_text(sizes), tensor_text(numbers)));
    std::vector<Axis> sides;
    for (std::size_t i = 1; i < result.axes.size(); ++i) sides.push_back(detail::side_of(result.axes[i], tokens));
    if (sides.empty()) sides.push_back({"", {"all"}, false});
    HeatMap map{.title = "",
                .caption = "",
                .metric = result.metric,
                .values = numbers.nanmean(0),
                .rows = {"", {"all"}, false},
                .columns = sides.back(),
                .scale = Scale::diverging};
    sides.pop_back();
    if (!sides.empty()) map.rows = std::accumulate(sides.begin() + 1, sides.end(), sides.front(), detail::product);
    map.values = map.values.reshape({-1, static_cast<Index>(map.columns.names.size())});
    return map;
}

/// A sweep as a heat map: the share of the difference between the two runs that each patch recovers, or the effect of
/// each ablation on the metric, as the mean over the prompts.
///
///     const SweepResult result = sweep(model, denoising(clean, corrupted), grid, metric);
///     pictures::save(pictures::heat_map_of(result), "out", "patching");
///
/// @see SweepResult::recovered, SweepResult::effects
inline HeatMap heat_map_of(const SweepResult& result) {
    const bool recovers = result.source.defined();
    HeatMap map = heat_map_of(result, recovers ? result.recovered() : result.effects());
    map.title = "Patching sweep: " + result.patching;
    map.metric = (recovers ? "recovered share of the " : "change of the ") + result.metric;
    return map;
}

template <class...>
SUTURE_REJECTED("a map shows a result of a sweep: write heat_map_of(result)", heat_map_of(...));

}  // namespace suture::pictures

#include "suture/core/end_refuse.hpp"
