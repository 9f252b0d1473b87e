// Selectors: the part of a component that an edit touches. Heads and dims are template arguments, which the compiler
// checks against the component; tokens and batch rows are values, which are checked against the activation.
// Plurals take a half-open range, like a Python slice: `tokens(2, 5)` selects tokens 2, 3 and 4.
#pragma once

#include "suture/core/layout.hpp"

#include <concepts>
#include <limits>
#include <utility>

namespace suture {

/// An axis before the channels: `token` is the last of these, `batch` the first (of an activation of rank 3 or more).
enum class Axis : unsigned char { batch, token };

/// `tokens(3, to_end)`: the range reaches the end of the axis.
inline constexpr Index to_end = std::numeric_limits<Index>::max();

namespace detail {
/// The channels that selectors mean, as a value.
struct ChannelWhere {
    Index head_begin = -1, head_end = -1;  ///< -1: the component as a whole
    bool one_head = false;
    Index dim_begin = 0, dim_end = -1;  ///< -1: up to the end
};

/// What a selector restricts, one bit each: a place restricts each at most once.
enum Restriction : unsigned { the_batch = 1, the_tokens = 2, the_positions = 3, the_heads = 4, the_dims = 8 };
}  // namespace detail

/// An index or a range on the axis `Along`. Negative numbers count from the end. An index drops its axis, a range
/// keeps it: the rules of PyTorch's indexing.
template <Axis Along>
struct Position {
    Index begin = 0;
    Index end = to_end;
    bool single = false;

    static constexpr detail::Restriction restricts = Along == Axis::batch ? detail::the_batch : detail::the_tokens;
    static constexpr void restrict_channels(detail::ChannelWhere&) {}
};

namespace detail {
/// The number as an Index. An unsigned number that is too large must stay beyond every axis: it must not become
/// negative, which would count from the end, nor `to_end`.
constexpr Index counted(Integer auto n) { return std::cmp_greater(n, to_end) ? to_end - 1 : static_cast<Index>(n); }
}  // namespace detail

/// One token position. `token(-1)` is the last.
constexpr Position<Axis::token> token(Integer auto at) { return {detail::counted(at), detail::counted(at), true}; }
/// The token positions [begin, end).
constexpr Position<Axis::token> tokens(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}
/// One row of the batch.
constexpr Position<Axis::batch> batch(Integer auto at) { return {detail::counted(at), detail::counted(at), true}; }
/// The batch rows [begin, end).
constexpr Position<Axis::batch> batches(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}

/// The heads [Begin, End); `One` if it was written `head<h>`. @see head @see heads
template <Index Begin, Index End, bool One>
struct HeadRange {
    static_assert(Begin >= 0 && Begin < End, "heads<begin, end> selects nothing: write begin below end, from 0");
    static constexpr detail::Restriction restricts = detail::the_heads;
    static constexpr void restrict_channels(detail::ChannelWhere& w) {
        w.head_begin = Begin, w.head_end = End, w.one_head = One;
    }
};
/// The channels [Begin, End). @see dims
template <Index Begin, Index End>
struct DimRange {
    static_assert(Begin >= 0 && Begin < End, "dims<begin, end> selects nothing: write begin below end, from 0");
    static constexpr detail::Restriction restricts = detail::the_dims;
    static constexpr void restrict_channels(detail::ChannelWhere& w) { w.dim_begin = Begin, w.dim_end = End; }
};

/// One head, counted over all groups: under grouped-query attention, query head h is in group
/// h / (heads per group). It has `head_width` channels, whatever the layout.
template <Index H>
inline constexpr HeadRange<H, H + 1, true> head{};
/// The heads [Begin, End), of shape [..., heads, head width], whatever the layout.
template <Index Begin, Index End>
inline constexpr HeadRange<Begin, End, false> heads{};
/// The channels [Begin, End) of the component, in each of its groups; with `head` or `heads`, of each head.
template <Index Begin, Index End>
inline constexpr DimRange<Begin, End> dims{};

/// A selector: `token(4)`, `tokens(2, 5)`, `batch(0)`, `head<3>`, `dims<0, 10>`, ...
template <class W>
concept Where = requires {
    { W::restricts } -> std::convertible_to<detail::Restriction>;
};

namespace detail {
/// A slice of channels, and whether its groups (or heads) are an axis of the selection.
struct ChannelSlice {
    StridedSlice where;
    bool grouped = false;
    Fault why = Fault::none;
};

/// The channels of heads [begin, end), if one slice can hold them: within one group, or in groups of one head each.
constexpr ChannelSlice narrow_to_heads(StridedSlice whole, Index heads_per_group, ChannelWhere w) {
    if (w.head_end > heads_per_group * whole.groups) return {whole, false, Fault::head_beyond};
    const Index head_width = whole.width / heads_per_group;
    const Index first_group = w.head_begin / heads_per_group, last_group = (w.head_end - 1) / heads_per_group;
    const Index start = whole.offset + first_group * whole.period + (w.head_begin % heads_per_group) * head_width;
    if (w.one_head) return {{start, head_width, 1, head_width}, false};
    const Index count = w.head_end - w.head_begin;
    if (first_group == last_group) return {{start, head_width, count, head_width}, true};
    if (heads_per_group == 1) return {{start, head_width, count, whole.period}, true};
    return {whole, false, Fault::heads_straddle};
}

/// The part of a component's slice that `w` selects. @post the result lies in `whole`, or `why` says what is wrong
constexpr ChannelSlice narrow(StridedSlice whole, Index heads_per_group, ChannelWhere w) {
    ChannelSlice part{whole, whole.groups > 1};
    if (w.head_begin >= 0) part = narrow_to_heads(whole, heads_per_group, w);
    if (part.why != Fault::none || w.dim_end < 0) return part;
    if (w.dim_end > part.where.width) return {whole, false, Fault::dims_beyond};
    part.where.offset += w.dim_begin;
    part.where.width = w.dim_end - w.dim_begin;
    return part;
}

/// Whether no two of the selectors restrict the same axis.
template <Where... Ws>
consteval bool compatible() {
    unsigned all = 0, sum = 0;
    ((all |= Ws::restricts, sum += Ws::restricts), ...);
    return all == sum;
}

/// Selectors kept together: those without a value take no room.
template <Where... Ws>
struct WherePack : Ws... {};

/// The channels that the selectors mean: a constant of their types.
template <Where... Ws>
inline constexpr ChannelWhere channels_in = [] {
    ChannelWhere w;
    (Ws::restrict_channels(w), ...);
    return w;
}();

/// What is wrong with the selected heads and dims for the component (or layout) X, whatever layout X is part of.
template <class X, Where... Ws>
inline constexpr Fault channels_fault = [] {
    const ChannelWhere w = channels_in<Ws...>;
    Index there = X::width;
    if (w.head_begin >= 0) {
        if constexpr (Component<X>)
            there = X::head_width;
        else
            return Fault::heads_of_layout;
    }
    return w.dim_end > there ? Fault::dims_beyond : Fault::none;
}();

/// The channels of layout L that an edit means, or `why` it cannot be applied there. Every edit, `at` and hook asks
/// this first.
template <class Selector, Layout L, Where... Ws>
inline constexpr ChannelSlice placed = [] {
    using found = Resolution<Selector, L>;
    using X = typename found::type;
    if constexpr (found::why != Fault::none)
        return ChannelSlice{{}, false, found::why};
    else if constexpr (channels_fault<X, Ws...> != Fault::none)
        return ChannelSlice{{}, false, channels_fault<X, Ws...>};
    else if constexpr (Component<X>)
        return narrow(slice_in<L, X>, X::heads, channels_in<Ws...>);
    else
        return narrow(slice_in<L, X>, 1, channels_in<Ws...>);
}();
}  // namespace detail

}  // namespace suture
