// A run says where channels lie on the last axis. This one value describes plain concatenation, per-head
// interleaving and grouped attention alike; everything else in core/ is arithmetic on it.
#pragma once

#include "suture/core/component.hpp"

#include <array>
#include <cstddef>

namespace suture {

/// `width` channels, `groups` times, `period` apart: group g's part starts at `offset + g * period`.
struct StridedSlice {
    extent offset = 0;
    extent width = 0;
    extent groups = 1;
    extent period = 0;

    /// The number of channels in all groups together.
    constexpr extent channels() const { return width * groups; }
    /// The channel of the i-th place, counted through the groups in order.
    constexpr extent channel(extent i) const { return offset + (i / width) * period + i % width; }
    /// The channels lie side by side without gaps.
    constexpr bool contiguous() const { return groups == 1 || width == period; }
    /// Every channel is within [0, total) and no two groups overlap.
    constexpr bool inside(extent total) const {
        return offset >= 0 && width >= 0 && groups >= 1 && (groups == 1 || width <= period) &&
               offset + (groups - 1) * period + width <= total;
    }
    constexpr bool operator==(const StridedSlice&) const = default;
};

namespace detail {
/// The number of runs that hold the channel.
template <std::size_t N>
constexpr int holders(const std::array<StridedSlice, N>& runs, extent channel) {
    int found = 0;
    for (const StridedSlice& r : runs)
        for (extent g = 0; g < r.groups; ++g) {
            const extent begin = r.offset + g * r.period;
            found += channel >= begin && channel < begin + r.width;
        }
    return found;
}
}  // namespace detail

/// No channel of [0, total) is in two of the runs.
template <std::size_t N>
constexpr bool disjoint(const std::array<StridedSlice, N>& runs, extent total) {
    for (extent c = 0; c < total; ++c)
        if (detail::holders(runs, c) > 1) return false;
    return true;
}

/// Every channel of [0, total) is in one of the runs at least.
template <std::size_t N>
constexpr bool covers(const std::array<StridedSlice, N>& runs, extent total) {
    for (extent c = 0; c < total; ++c)
        if (detail::holders(runs, c) < 1) return false;
    return true;
}

}  // namespace suture
