// The axes before the channels, by name. Without names they are [batch, ..., token]; a layout that names them, outermost
// first, may have them in another order, and then has exactly these.
#pragma once

#include "suture/core/component.hpp"

namespace suture {

/// An axis before the channels. `head` is one where each head has an axis position of its own, as in [batch, head, query,
/// key]; `other` is an axis that no selector addresses.
enum class Axis : unsigned char { batch, token, head, other };

namespace detail {
/// Where the named axes stand among those before the channels, counted from the outermost; -1 for one that is not there.
/// By default their number is free: the last is the token axis and, of two or more, the first is the batch.
struct AxisOrder {
    short count = -1;  ///< how many there are; -1 for any number
    short batch = -1, token = -1, head = -1;

    constexpr bool is_free() const { return count < 0; }
    /// The order among this many axes.
    constexpr AxisOrder among(Index leading) const {
        if (!is_free()) return *this;
        const auto last = static_cast<short>(leading - 1);
        return {static_cast<short>(leading), static_cast<short>(leading > 1 ? 0 : -1), last, -1};
    }
    /// Whether a selector of this axis can mean something. @pre the axis has a name
    constexpr bool has(Axis along) const { return is_free() ? along != Axis::head : index(along) >= 0; }
    /// Where an axis stands. @pre the number of axes is known
    constexpr short index(Axis along) const {
        return along == Axis::batch ? batch : along == Axis::token ? token : along == Axis::head ? head : -1;
    }
    /// The name of the axis that stands there. @pre the number of axes is known
    constexpr Axis name(Index at) const {
        return at == batch ? Axis::batch : at == token ? Axis::token : at == head ? Axis::head : Axis::other;
    }
    /// The order of the axes that remain if one of them is dropped.
    constexpr AxisOrder without(Axis along) const {
        const short at = index(along);
        if (at < 0) return *this;
        const auto moved = [at](short i) { return static_cast<short>(i == at ? -1 : i > at ? i - 1 : i); };
        return {static_cast<short>(count - 1), moved(batch), moved(token), moved(head)};
    }
    /// Whether these are [batch, token], by name or by default.
    constexpr bool is_batch_first() const { return is_free() || *this == AxisOrder{2, 0, 1, -1}; }
    constexpr bool operator==(const AxisOrder&) const = default;
};

/// The order of these axes, outermost first.
template <Axis... Axes>
inline constexpr AxisOrder order_of = [] {
    AxisOrder order;
    order.count = 0;
    const auto add = [&order](Axis along) {
        if (along == Axis::batch) order.batch = order.count;
        if (along == Axis::token) order.token = order.count;
        if (along == Axis::head) order.head = order.count;
        ++order.count;
    };
    (add(Axes), ...);
    return order;
}();

/// Whether no named axis stands twice.
template <Axis... Axes>
inline constexpr bool distinct_axes = [] {
    unsigned seen = 0;
    bool distinct = true;
    const auto add = [&](Axis along) {
        if (along == Axis::other) return;
        const unsigned bit = 1U << static_cast<unsigned>(along);
        distinct = distinct && (seen & bit) == 0;
        seen |= bit;
    };
    (add(Axes), ...);
    return distinct;
}();
}  // namespace detail

}  // namespace suture
