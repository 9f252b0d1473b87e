// Strided slices: where channels lie on the last axis. One value describes plain concatenation, per-head interleaving
// and grouped attention alike; everything else in core/ is arithmetic on it.
#pragma once

#include "suture/core/component.hpp"

#include <array>
#include <cstddef>

namespace suture {

/// `width` channels, repeated `groups` times, `period` apart: group g begins at `offset + g * period`.
struct StridedSlice {
    Index offset = 0;
    Index width = 0;
    Index groups = 1;
    Index period = 0;

    /// The number of channels in all groups together.
    constexpr Index channels() const { return width * groups; }
    /// The channel at place i, counted through the groups in order.
    constexpr Index channel(Index i) const { return offset + (i / width) * period + i % width; }
    /// Whether the channels lie side by side without gaps.
    constexpr bool contiguous() const { return groups == 1 || width == period; }
    /// Whether every channel is in [0, total) and no two groups overlap.
    constexpr bool inside(Index total) const {
        return offset >= 0 && width >= 0 && groups >= 1 && (groups == 1 || width <= period) &&
               offset + (groups - 1) * period + width <= total;
    }
    constexpr bool operator==(const StridedSlice&) const = default;
};

namespace detail {
/// The number of slices that contain the channel.
template <std::size_t N>
constexpr int slices_with(const std::array<StridedSlice, N>& slices, Index channel) {
    int found = 0;
    for (const StridedSlice& slice : slices)
        for (Index g = 0; g < slice.groups; ++g) {
            const Index begin = slice.offset + g * slice.period;
            found += channel >= begin && channel < begin + slice.width;
        }
    return found;
}
}  // namespace detail

/// Whether each channel of [0, total) is in at most one of the slices.
template <std::size_t N>
constexpr bool disjoint(const std::array<StridedSlice, N>& slices, Index total) {
    for (Index c = 0; c < total; ++c)
        if (detail::slices_with(slices, c) > 1) return false;
    return true;
}

/// Whether each channel of [0, total) is in at least one of the slices.
template <std::size_t N>
constexpr bool covers(const std::array<StridedSlice, N>& slices, Index total) {
    for (Index c = 0; c < total; ++c)
        if (detail::slices_with(slices, c) < 1) return false;
    return true;
}

}  // namespace suture
