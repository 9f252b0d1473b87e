// A tensor's values as plain numbers, checked before anything is drawn or written.
#pragma once

#include "suture/pictures/detail/axis.hpp"

#include <suture/core/component.hpp>
#include <suture/tensor/describe.hpp>
#include <suture/tensor/error.hpp>
#include <suture/tensor/torch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture::pictures::detail {
using suture::Index;
using suture::ShapeError;
using suture::TypeError;
using suture::ValueError;

/// Where an error is: "heat map 'Attention of head 3'".
inline std::string place(const char* kind, const std::string& title) {
    return fmt::format("{} '{}'", kind, one_line(title));
}

/// The tensor's values in the order of its last axis. `axes` says in words what is expected: "[row, column]".
/// @throws suture::TypeError unless it holds real numbers; suture::ShapeError if its rank is another or it is empty
inline std::vector<double> values_of(const at::Tensor& tensor, Index rank, const std::string& axes,
                                     const std::string& place) {
    const auto refusal = [&](const char* remedy) {
        return fmt::format("{}: expected numbers {}, but {} came: {}", place, axes, suture::tensor_text(tensor),
                           remedy);
    };
    if (!tensor.defined()) throw ShapeError(refusal("give it a value"));
    if (tensor.is_complex() || tensor.is_meta() || tensor.is_quantized() || tensor.layout() != at::kStrided)
        throw TypeError(refusal("give a dense tensor of real numbers"));
    if (tensor.dim() != rank) throw ShapeError(refusal("select or reshape what is to be drawn"));
    if (tensor.numel() == 0) throw ShapeError(refusal("leave a picture of nothing out"));
    const at::Tensor plain = tensor.detach().cpu().to(at::kDouble).contiguous();
    const double* first = plain.data_ptr<double>();
    return {first, first + plain.numel()};
}

/// @throws suture::ShapeError unless the axis has a name for each position
inline void check_names(const Axis& axis, Index positions, const char* of, const std::string& place) {
    if (static_cast<Index>(axis.names.size()) != positions)
        throw ShapeError(fmt::format("{}: expected {} {} names, but {} came: give one each", place, positions, of,
                                     axis.names.size()));
}

/// Whether a picture has a place for it: a finite number, and not so large that the distance of two would overflow.
inline bool is_drawable(double value) { return std::abs(value) < 1e300; }
inline constexpr double least_length = 1e-290;  ///< of a scale: a tenth of it is a number like any other

/// The smallest and the largest of the values that can be drawn; nothing if there are none.
inline std::optional<std::pair<double, double>> range_of(const std::vector<double>& values) {
    std::optional<std::pair<double, double>> range;
    for (const double v : values) {
        if (!is_drawable(v)) continue;
        if (!range) range.emplace(v, v);
        range->first = std::min(range->first, v);
        range->second = std::max(range->second, v);
    }
    return range;
}

/// In as few digits as give the same number when they are read; "nan", "inf" and "-inf".
inline std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

/// How far apart ticks are, so that there are about this many: 1, 2 or 5 times a power of ten.
inline double tick_step(double length, double ticks) {
    const double rough = length / ticks, power = std::pow(10, std::floor(std::log10(rough)));
    for (const double step : {1.0, 2.0, 5.0})
        if (rough <= step * power) return step * power;
    return 10 * power;
}

}  // namespace suture::pictures::detail
