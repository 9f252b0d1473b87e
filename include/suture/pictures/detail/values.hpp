// The values of a tensor as plain numbers, checked before anything is drawn or written.
#pragma once

#include "suture/pictures/axis.hpp"
#include "suture/pictures/detail/text.hpp"

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

/// The picture that an error is about: "heat map 'Attention of head 3'".
inline std::string place(const char* kind, const std::string& title) {
    return fmt::format("{} '{}'", kind, one_line(title));
}

/// The values of the tensor, the last axis fastest. `axes` names the expected axes in errors: "[row, column]".
/// @throws suture::TypeError unless it holds real numbers; suture::ShapeError if it has another rank or is empty
inline std::vector<double> values_of(const at::Tensor& tensor, Index rank, const std::string& axes,
                                     const std::string& place) {
    const auto refusal = [&](const char* remedy) {
        return fmt::format("{}: expected numbers {}, got {}: {}", place, axes, suture::tensor_text(tensor), remedy);
    };
    if (!tensor.defined()) throw ShapeError(refusal("set it"));
    if (tensor.is_complex() || tensor.is_meta() || tensor.is_quantized() || tensor.layout() != at::kStrided)
        throw TypeError(refusal("give a dense tensor of real numbers"));
    if (tensor.dim() != rank) throw ShapeError(refusal("select or reshape the values to draw"));
    if (tensor.numel() == 0) throw ShapeError(refusal("skip the picture if there is nothing to draw"));
    const at::Tensor plain = tensor.detach().cpu().to(at::kDouble).contiguous();
    const double* first = plain.data_ptr<double>();
    return {first, first + plain.numel()};
}

/// @throws suture::ShapeError unless the axis has one name per position
inline void check_names(const Axis& axis, Index positions, const char* of, const std::string& place) {
    if (static_cast<Index>(axis.names.size()) != positions)
        throw ShapeError(fmt::format("{}: expected {} {} names, got {}: give one name per {}", place, positions, of,
                                     axis.names.size(), of));
}

/// Whether a picture can show the value: it is finite, and small enough that differences do not overflow.
inline bool is_drawable(double value) { return std::abs(value) < 1e300; }
inline constexpr double least_length = 1e-290;  ///< of a scale: a tenth of it is still a normal number

/// The smallest and the largest of the drawable values; nothing if there are none.
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

/// The shortest text that reads back as the same number; "nan", "inf" and "-inf".
inline std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

/// The distance between ticks, so that there are about this many: 1, 2 or 5 times a power of ten.
inline double tick_step(double length, double ticks) {
    const double rough = length / ticks, power = std::pow(10, std::floor(std::log10(rough)));
    for (const double step : {1.0, 2.0, 5.0})
        if (rough <= step * power) return step * power;
    return 10 * power;
}

}  // namespace suture::pictures::detail
