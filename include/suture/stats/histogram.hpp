// Histograms. Law: every finite number within the range is counted in exactly one bin, the one whose edges, compared
// and not computed with, hold it.
#pragma once

#include "suture/stats/numbers.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/bincount.h>
#include <ATen/ops/searchsorted.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace suture {

/// From where to where a histogram counts, in the activation's units.
struct HistogramRange {
    double low = 0, high = 1;
};

/// How many numbers lie between the edges of each bin. Bin i holds edges[i] <= x < edges[i + 1], and the last one its
/// upper edge as well. On the CPU.
struct Histogram {
    at::Tensor edges;   ///< float64 [bins + 1], ascending
    at::Tensor counts;  ///< int64 [bins]
    Index below = 0;    ///< the numbers under the first edge, and minus infinity
    Index above = 0;    ///< the numbers over the last edge, and infinity
    Index nan = 0;      ///< what is not a number
};

namespace detail {
/// The range of all finite numbers. Equal ones have room on both sides, as numpy.histogram leaves it, and if there are
/// none it is 0 to 1.
inline HistogramRange range_of(const at::Tensor& finite) {
    if (finite.numel() == 0) return {};
    const double low = finite.min().item<double>(), high = finite.max().item<double>();
    const double room = low < high ? 0 : std::max(0.5, std::abs(low) * 1e-6);
    return {low - room, high + room};
}

/// "from 1 to 1.0000000000000002"
inline std::string from_to(const HistogramRange& range) {
    const auto in_full = [](double number) {
        char digits[32];
        return std::string(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    };
    return "from " + in_full(range.low) + " to " + in_full(range.high);
}

/// @throws ValueError unless there are so many different edges
inline at::Tensor edges_of(const HistogramRange& range, Index bins) {
    if (bins < 1)
        throw ValueError("a histogram of " + std::to_string(bins) + " bins has nothing to count in: ask for 1 or more");
    if (!(range.low < range.high) || !std::isfinite(range.high - range.low))
        throw ValueError("a histogram cannot count " + from_to(range) +
                         ": give two finite numbers, the lower one first");
    const double step = (range.high - range.low) / static_cast<double>(bins);
    const at::Tensor edges = at::arange(bins + 1, at::kDouble).mul(step).add(range.low);
    edges[bins].fill_(range.high);  // exactly: the largest number lies there
    if (!edges.slice(0, 1).gt(edges.slice(0, 0, -1)).all().item<bool>())
        throw ValueError("float64 has no " + std::to_string(bins) + " bins " + from_to(range) +
                         ": ask for fewer, or give a wider range");
    return edges;
}
}  // namespace detail

/// The histogram of all numbers of an activation, between the smallest and the largest finite one unless a range is
/// given.
///
///     Histogram h = histogram_of(latest[3], 20, HistogramRange{-1, 1});
///
/// @throws ValueError if there is no bin, no range, or if the bins are too narrow for float64; TypeError or ShapeError
///         if these are no rows of real numbers
template <Numbers T>
Histogram histogram_of(const T& activation, Index bins = 10, std::optional<HistogramRange> range = {}) {
    const at::Tensor all = detail::in_float64(activation).flatten();
    if (!range) range = detail::range_of(all.masked_select(all.isfinite()));
    const at::Tensor edges = detail::edges_of(*range, bins);
    const at::Tensor numbers = all.masked_select(all.isnan().logical_not());
    const at::Tensor below = numbers.lt(range->low), above = numbers.gt(range->high);
    const at::Tensor inside = numbers.masked_select(below.logical_or(above).logical_not());
    // The bin is the number of inner edges that are not above.
    const at::Tensor inner = edges.slice(0, 1, bins).to(inside.device());
    const at::Tensor bin = at::searchsorted(inner, inside, /*out_int32=*/false, /*right=*/true);
    return {edges, at::bincount(bin, {}, bins).cpu(), below.sum().item<Index>(), above.sum().item<Index>(),
            all.numel() - numbers.numel()};
}

}  // namespace suture
