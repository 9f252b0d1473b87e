// Histograms. Law: every finite number within the range is counted in exactly one bin, chosen by comparing the number
// with the bin's edges and not by arithmetic.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/bincount.h>
#include <ATen/ops/searchsorted.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <ostream>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

/// The range that a histogram covers, in the activation's units.
struct HistogramRange {
    double low = 0, high = 1;
};

/// The counts between the edges of each bin, on the CPU. Bin i holds edges[i] <= x < edges[i + 1]; the last bin includes
/// its upper edge.
struct Histogram {
    at::Tensor edges;   ///< float64 [bins + 1], ascending
    at::Tensor counts;  ///< int64 [bins]
    Index below = 0;    ///< the numbers below the first edge, minus infinity included
    Index above = 0;    ///< the numbers above the last edge, infinity included
    Index nan = 0;      ///< the NaNs

    // What it does not have.
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", bins);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", bin_edges);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", hist);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", density);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", values);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", plot);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", show);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", add);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", update);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", mean);
    SUTURE_ABSENT("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", total);
    SUTURE_REJECTED_CONVERSION("a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()",
                               at::Tensor, const);
    template <class I>
    SUTURE_REJECTED(
        "a Histogram has edges and counts: write h.counts, and divide by h.counts.sum()", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("a Histogram is not a range: read its tensors, h.edges and h.counts", begin(...) const);
    template <class...>
    SUTURE_REJECTED("a Histogram is not a range: read its tensors, h.edges and h.counts", end(...) const);
    friend SUTURE_REJECTED(
        "histograms are added by their counts: write a.counts + b.counts", operator+(const Histogram&,
                                                                                     const Histogram&));
    template <class T>
    SUTURE_REJECTED("histograms are added by their counts: write a.counts + b.counts", operator+=(const T&));
};

/// One line per bin, then the numbers in none:
///
///     -1 to 0: 12
///     0 to 1: 30
///     below 0, above 2, NaN 0
inline std::ostream& operator<<(std::ostream& out, const Histogram& histogram) {
    const at::Tensor edges = histogram.edges.contiguous(), counts = histogram.counts.contiguous();
    for (Index bin = 0; bin < counts.numel(); ++bin)
        out << edges.data_ptr<double>()[bin] << " to " << edges.data_ptr<double>()[bin + 1] << ": "
            << counts.data_ptr<Index>()[bin] << "\n";
    return out << "below " << histogram.below << ", above " << histogram.above << ", NaN " << histogram.nan << "\n";
}

namespace detail {
/// The range of all finite numbers. If they are all equal, there is room on both sides, as in numpy.histogram; if there
/// are none, it is 0 to 1.
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

/// @throws ValueError if the range does not have as many different edges
inline at::Tensor edges_of(const HistogramRange& range, Index bins) {
    if (bins < 1)
        throw ValueError("a histogram of " + std::to_string(bins) + " bins cannot count anything: ask for 1 or more");
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

/// The histogram of all numbers in an activation. Without a range it covers the smallest to the largest finite number.
///
///     Histogram h = histogram_of(latest[3], 20, HistogramRange{-1, 1});
///
/// @throws ValueError if there are no bins, the range is empty, or the bins are too narrow for float64; TypeError or
///         ShapeError if these are not rows of real numbers
template <Numbers T>
Histogram histogram_of(const T& activation, Index bins = 10, std::optional<HistogramRange> range = {}) {
    const at::Tensor all = detail::in_float64(activation).flatten();
    if (!range) range = detail::range_of(all.masked_select(all.isfinite()));
    const at::Tensor edges = detail::edges_of(*range, bins);
    const at::Tensor numbers = all.masked_select(all.isnan().logical_not());
    const at::Tensor below = numbers.lt(range->low), above = numbers.gt(range->high);
    const at::Tensor inside = numbers.masked_select(below.logical_or(above).logical_not());
    // A number's bin is the count of inner edges not above it.
    const at::Tensor inner = edges.slice(0, 1, bins).to(inside.device());
    const at::Tensor bin = at::searchsorted(inner, inside, /*out_int32=*/false, /*right=*/true);
    return {edges, at::bincount(bin, {}, bins).cpu(), below.sum().item<Index>(), above.sum().item<Index>(),
            all.numel() - numbers.numel()};
}

template <class...>
SUTURE_REJECTED("a histogram counts one activation: write histogram_of(latest[3], bins)", histogram_of(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a histogram counts one activation: write histogram_of(latest[3], bins)", histogram_of(...));
template <class...>
SUTURE_REJECTED("a histogram counts one activation: write histogram_of(latest[3], bins)",
                histogram_of(InBraces, InBraces = {}, InBraces = {}));
template <Numbers T>
SUTURE_REJECTED("a range has a type: write histogram_of(x, 20, HistogramRange{-1, 1})",
                histogram_of(const T&, InBraces));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
