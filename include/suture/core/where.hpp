// Wheres: which part of a component an edit touches. Heads and dims are template arguments, checked by the
// compiler against the component; tokens and batch rows are values, checked when the activation is there.
// Plural means a half-open range, as in a Python slice: `tokens(2, 5)` is tokens 2, 3 and 4.
#pragma once

#include "suture/core/layout.hpp"

#include <concepts>
#include <limits>
#include <utility>

namespace suture {

/// An axis in front of the channels: tokens are the last of these, batch rows the first (rank 3 or more).
enum class axis : unsigned char { batch, token };

/// `tokens(3, to_end)`: the range reaches the end of the axis.
inline constexpr extent to_end = std::numeric_limits<extent>::max();

/// The channels that wheres select, as a value.
struct ChannelWhere {
    extent head_begin = -1, head_end = -1;  ///< -1: the component as a whole
    bool one_head = false;
    extent dim_begin = 0, dim_end = -1;  ///< -1: up to the end
};

/// What a where restricts, one bit each: a place restricts everything once at most.
enum restriction : unsigned { the_batch = 1, the_tokens = 2, the_positions = 3, the_heads = 4, the_dims = 8 };

/// A place or a range on the axis `Along`. Negative numbers count from the end, as in PyTorch. A single place
/// drops its axis, a range keeps it: the rule of PyTorch's indexing.
template <axis Along>
struct Position {
    extent begin = 0;
    extent end = to_end;
    bool single = false;

    static constexpr restriction restricts = Along == axis::batch ? the_batch : the_tokens;
    static constexpr void restrict_channels(ChannelWhere&) {}
};

namespace detail {
/// The number as an extent. An unsigned one that is too large stays beyond every axis, and doesn't turn negative, which
/// would count from the end, or into `to_end`.
constexpr extent counted(Integer auto n) { return std::cmp_greater(n, to_end) ? to_end - 1 : static_cast<extent>(n); }
}  // namespace detail

/// One token position. `token(-1)` is the last.
constexpr Position<axis::token> token(Integer auto at) { return {detail::counted(at), detail::counted(at), true}; }
/// The token positions [begin, end).
constexpr Position<axis::token> tokens(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}
/// One row of the batch.
constexpr Position<axis::batch> batch(Integer auto at) { return {detail::counted(at), detail::counted(at), true}; }
/// The batch rows [begin, end).
constexpr Position<axis::batch> batches(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}

/// The heads [Begin, End); `One` if it was written `head<h>`. @see head @see heads
template <extent Begin, extent End, bool One>
struct HeadRange {
    static_assert(Begin >= 0 && Begin < End, "heads<begin, end> selects nothing: write begin below end, from 0");
    static constexpr restriction restricts = the_heads;
    static constexpr void restrict_channels(ChannelWhere& w) {
        w.head_begin = Begin, w.head_end = End, w.one_head = One;
    }
};
/// The channels [Begin, End). @see dims
template <extent Begin, extent End>
struct DimRange {
    static_assert(Begin >= 0 && Begin < End, "dims<begin, end> selects nothing: write begin below end, from 0");
    static constexpr restriction restricts = the_dims;
    static constexpr void restrict_channels(ChannelWhere& w) { w.dim_begin = Begin, w.dim_end = End; }
};

/// One head, counted over all groups: under grouped-query attention, query head h is in group h / (heads a
/// group). What it selects has `head_width` channels, whatever the layout.
template <extent H>
inline constexpr HeadRange<H, H + 1, true> head{};
/// The heads [Begin, End). What they select has the shape [..., heads, head width], whatever the layout.
template <extent Begin, extent End>
inline constexpr HeadRange<Begin, End, false> heads{};
/// The channels [Begin, End) of the component, in each of its groups; with `head` or `heads`, of each head.
template <extent Begin, extent End>
inline constexpr DimRange<Begin, End> dims{};

/// A run of channels and whether its groups (or heads) are an axis of what it selects.
struct ChannelSlice {
    StridedSlice where;
    bool grouped = false;
    fault why = fault::none;
};

namespace detail {
/// The channels of heads [begin, end), if one run can hold them: within one group, or groups of one head each.
constexpr ChannelSlice narrow_to_heads(StridedSlice r, extent heads_a_group, ChannelWhere w) {
    if (w.head_end > heads_a_group * r.groups) return {r, false, fault::head_beyond};
    const extent head_width = r.width / heads_a_group;
    const extent first_group = w.head_begin / heads_a_group, last_group = (w.head_end - 1) / heads_a_group;
    const extent start = r.offset + first_group * r.period + (w.head_begin % heads_a_group) * head_width;
    if (w.one_head) return {{start, head_width, 1, head_width}, false};
    const extent count = w.head_end - w.head_begin;
    if (first_group == last_group) return {{start, head_width, count, head_width}, true};
    if (heads_a_group == 1) return {{start, head_width, count, r.period}, true};
    return {r, false, fault::heads_straddle};
}
}  // namespace detail

/// The part of a component's run that `w` selects. @post the result lies within `r`, or `why` says what is wrong.
constexpr ChannelSlice narrow(StridedSlice r, extent heads_a_group, ChannelWhere w) {
    ChannelSlice n{r, r.groups > 1};
    if (w.head_begin >= 0) n = detail::narrow_to_heads(r, heads_a_group, w);
    if (n.why != fault::none || w.dim_end < 0) return n;
    if (w.dim_end > n.where.width) return {r, false, fault::dims_beyond};
    n.where.offset += w.dim_begin;
    n.where.width = w.dim_end - w.dim_begin;
    return n;
}

/// Something that says which part of a component is meant.
template <class W>
concept Where = requires {
    { W::restricts } -> std::convertible_to<restriction>;
};

/// True where no two of the wheres restrict the same thing.
template <Where... Ws>
consteval bool compatible() {
    unsigned all = 0, sum = 0;
    ((all |= Ws::restricts, sum += Ws::restricts), ...);
    return all == sum;
}

/// Wheres kept together: what is said by their types takes no room.
template <Where... Ws>
struct WherePack : Ws... {};

/// The channel part of a pack of wheres: a constant of their types.
template <Where... Ws>
inline constexpr ChannelWhere channels_in = [] {
    ChannelWhere w;
    (Ws::restrict_channels(w), ...);
    return w;
}();

/// What is wrong with the heads and dims of the wheres for the component (or layout) X, whatever layout X stands in.
template <class X, Where... Ws>
inline constexpr fault channels_fault = [] {
    const ChannelWhere w = channels_in<Ws...>;
    extent there = X::width;
    if (w.head_begin >= 0) {
        if constexpr (Component<X>)
            there = X::head_width;
        else
            return fault::heads_of_layout;
    }
    return w.dim_end > there ? fault::dims_beyond : fault::none;
}();

/// Where the wheres of an edit lie in layout L, or `why` they cannot: what every edit, `at` and hook asks first.
template <class Selector, Layout L, Where... Ws>
inline constexpr ChannelSlice placed = [] {
    using found = detail::resolution<Selector, L>;
    using X = typename found::type;
    if constexpr (found::why != fault::none)
        return ChannelSlice{{}, false, found::why};
    else if constexpr (channels_fault<X, Ws...> != fault::none)
        return ChannelSlice{{}, false, channels_fault<X, Ws...>};
    else if constexpr (Component<X>)
        return narrow(slice_in<L, X>, X::heads, channels_in<Ws...>);
    else
        return narrow(slice_in<L, X>, 1, channels_in<Ws...>);
}();

}  // namespace suture
