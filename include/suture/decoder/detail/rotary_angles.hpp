// The angles of rotary embeddings. They are computed in float32 step by step as transformers computes them
// (modeling_rope_utils.py): at position 1000 the rounding of an angle shows in the fourth digit.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace suture::detail {

/// base^(2i / width) of each pair: [width / 2], float32.
inline at::Tensor rotary_periods(double base, Index width) {
    return at::pow(base, at::arange(0, width, 2, at::TensorOptions(at::kFloat)).div(static_cast<double>(width)));
}

/// Low frequencies are divided by the factor, high ones are not, and those between change smoothly.
inline at::Tensor llama3_frequencies(const Rotary& r, const at::Tensor& frequencies) {
    const double low = r.low_frequency_factor, high = r.high_frequency_factor;
    const auto original = static_cast<double>(r.original_positions);
    const at::Tensor wavelength = frequencies.reciprocal().mul(2 * std::numbers::pi);
    const at::Tensor stretched = at::where(wavelength.gt(original / low), frequencies.div(r.factor), frequencies);
    const at::Tensor share = wavelength.reciprocal().mul(original).sub(low).div(high - low);
    const at::Tensor between = share.mul(-1).add(1).mul(stretched).div(r.factor).add(share.mul(stretched));
    return at::where(wavelength.ge(original / high).logical_and(wavelength.le(original / low)), between, stretched);
}

/// The channel that turns so often within the original positions.
inline double yarn_channel(const Rotary& r, double turns) {
    return static_cast<double>(r.width) *
           std::log(static_cast<double>(r.original_positions) / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(r.base));
}
inline at::Tensor yarn_frequencies(const Rotary& r) {
    const at::Tensor periods = rotary_periods(r.base, r.width);
    double low = yarn_channel(r, r.beta_fast), high = yarn_channel(r, r.beta_slow);
    if (r.truncate) low = std::floor(low), high = std::ceil(high);
    low = std::max(low, 0.0), high = std::min(high, static_cast<double>(r.width - 1));
    if (low == high) high += 0.001;
    const at::Tensor interpolated =
        at::arange(r.width / 2, at::TensorOptions(at::kFloat)).sub(low).div(high - low).clamp(0, 1);
    return periods.mul(r.factor)
        .reciprocal()
        .mul(interpolated)
        .add(periods.reciprocal().mul(interpolated.mul(-1).add(1)));
}

/// The angle by which each pair turns from one position to the next: [width / 2], float32.
/// @param length the number of positions of the prompt
inline at::Tensor rotary_frequencies(const Rotary& r, Index length) {
    const bool is_long = length > r.original_positions;
    switch (r.scaling) {
        case RotaryScaling::none:
            break;
        case RotaryScaling::linear:
            return rotary_periods(r.base, r.width).reciprocal().div(r.factor);
        case RotaryScaling::dynamic_ntk: {
            if (!is_long) break;
            const double stretch = r.factor * static_cast<double>(length) / static_cast<double>(r.original_positions);
            const auto width = static_cast<double>(r.width);
            const double base = r.base * std::pow(stretch - (r.factor - 1), width / (width - 2));
            return rotary_periods(base, r.width).reciprocal();
        }
        case RotaryScaling::llama3:
            return llama3_frequencies(r, rotary_periods(r.base, r.width).reciprocal());
        case RotaryScaling::yarn:
            return yarn_frequencies(r);
        case RotaryScaling::longrope: {
            const std::vector<double>& factors = is_long ? r.long_factors : r.short_factors;
            return rotary_periods(r.base, r.width).mul(at::tensor(factors).to(at::kFloat)).reciprocal();
        }
    }
    return rotary_periods(r.base, r.width).reciprocal();
}

/// The cosines and sines of some positions, [positions, 1, width / 2] or, where rows differ, [batch, positions, 1, width / 2],
/// in the dtype of the activations.
struct RotaryAngles {
    at::Tensor cos, sin;

    /// Turns the first channels of queries or keys [..., positions, heads, head width] and leaves the rest.
    at::Tensor rotate(const at::Tensor& x) const {
        const Index half = cos.size(-1), rest = x.size(-1) - 2 * half;
        const at::Tensor a = x.narrow(-1, 0, half), b = x.narrow(-1, half, half);
        std::vector<at::Tensor> parts{a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))};
        if (rest > 0) parts.push_back(x.narrow(-1, 2 * half, rest));
        return at::cat(parts, -1);
    }
};

/// @param frequencies [width / 2], or [batch, 1, width / 2]
/// @param positions [positions] or [batch, positions], int64
inline RotaryAngles angles_at(const Rotary& r, const at::Tensor& frequencies, const at::Tensor& positions,
                              const at::TensorOptions& like) {
    const at::Tensor angles = positions.to(at::kFloat).unsqueeze(-1).mul(frequencies).unsqueeze(-2);
    const auto scaled = [&](const at::Tensor& x) {
        return (r.attention_factor == 1 ? x : x.mul(r.attention_factor)).to(like.dtype());
    };
    return {scaled(angles.cos()), scaled(angles.sin())};
}

/// @param positions [positions], int64
/// @param length the number of positions of the prompt
/// @param like dtype and device of the activations
inline RotaryAngles rotary_angles(const Rotary& r, const at::Tensor& positions, Index length,
                                  const at::TensorOptions& like) {
    return angles_at(r, rotary_frequencies(r, length).to(positions.device()), positions, like);
}

/// The same where each row's length is what its own positions reach: a row gets what it gets alone.
/// @param positions [positions] or [batch, positions], int64
inline RotaryAngles rotary_angles_by_row(const Rotary& r, const at::Tensor& positions, const at::TensorOptions& like) {
    if (!r.depends_on_length()) return rotary_angles(r, positions, 0, like);
    const at::Tensor lengths = positions.amax(-1).add(1).reshape({-1});
    std::vector<at::Tensor> by_row;
    for (Index row = 0; row < lengths.numel(); ++row)
        by_row.push_back(rotary_frequencies(r, lengths[row].item<Index>()).to(positions.device()));
    const at::Tensor frequencies = by_row.size() == 1 ? by_row.front() : at::stack(by_row).unsqueeze(1);
    return angles_at(r, frequencies, positions, like);
}

}  // namespace suture::detail
