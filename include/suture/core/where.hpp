// Selectors: the part of a component that a place means. Each is known at compile time (`head<3>`, `dims<0, 10>`), where
// the compiler checks it against the component, or at run time (`head(h)`, `dims(begin, end)`, `token(4)`), where it is
// checked when the place meets its layout or its activation.
// Plurals take a half-open range, like a Python slice: `tokens(2, 5)` selects tokens 2, 3 and 4.
#pragma once

#include "suture/core/layout.hpp"

#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// `tokens(3, to_end)`: the range reaches the end of the axis.
inline constexpr Index to_end = std::numeric_limits<Index>::max();

namespace detail {
/// The channels that selectors mean, as a value. Negative numbers count from the end.
struct ChannelWhere {
    enum class Heads : unsigned char { together, one, several };
    Heads heads = Heads::together;
    Index head_begin = 0, head_end = to_end;
    Index dim_begin = 0, dim_end = to_end;
    bool has_dims = false;
    constexpr bool operator==(const ChannelWhere&) const = default;
};

/// What a selector restricts, one bit each: a place restricts each at most once.
enum Restriction : unsigned { the_batch = 1, the_tokens = 2, the_positions = 3, the_heads = 4, the_dims = 8 };
}  // namespace detail

/// What token positions are counted in: the whole sequence; its prompt; or what was generated behind that, from 0.
enum class CountedIn : unsigned char { sequence, prompt, generated };

/// An index or a range on the axis `Along`. Negative numbers count from the end. An index drops its axis, a range
/// keeps it: the rules of PyTorch's indexing.
template <Axis Along>
struct Position {
    Index begin = 0;
    Index end = to_end;
    bool single = false;
    CountedIn within = CountedIn::sequence;  ///< for tokens

    static constexpr detail::Restriction restricts = Along == Axis::batch   ? detail::the_batch
                                                     : Along == Axis::token ? detail::the_tokens
                                                                            : detail::the_heads;
    constexpr void restrict_channels(detail::ChannelWhere&) const {}
    constexpr bool operator==(const Position&) const = default;
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
/// The positions of each row's prompt, in a generation: known only there. @see generate
constexpr Position<Axis::token> prompt() { return {0, to_end, false, CountedIn::prompt}; }
/// The positions that were generated, behind each row's prompt: known only in a generation.
constexpr Position<Axis::token> generated() { return {0, to_end, false, CountedIn::generated}; }
/// The position of the n-th generated token, counted from 0. The pass that holds it gives the logits of token n + 1.
constexpr Position<Axis::token> step(Integer auto n) {
    return {detail::counted(n), detail::counted(n), true, CountedIn::generated};
}
/// One row of the batch.
constexpr Position<Axis::batch> batch(Integer auto at) { return {detail::counted(at), detail::counted(at), true}; }
/// The batch rows [begin, end).
constexpr Position<Axis::batch> batches(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}

namespace detail {
/// The heads [begin, end) of a component, known at run time; `single` if it was written `head(h)`.
struct Heads {
    Index begin = 0;
    Index end = to_end;
    bool single = false;

    static constexpr Restriction restricts = the_heads;
    constexpr void restrict_channels(ChannelWhere& w) const {
        w.heads = single ? ChannelWhere::Heads::one : ChannelWhere::Heads::several;
        w.head_begin = begin, w.head_end = end;
    }
    constexpr bool operator==(const Heads&) const = default;
};
/// The channels [begin, end) of a component or head, known at run time.
struct Dims {
    Index begin = 0;
    Index end = to_end;

    static constexpr Restriction restricts = the_dims;
    constexpr void restrict_channels(ChannelWhere& w) const { w.dim_begin = begin, w.dim_end = end, w.has_dims = true; }
    constexpr bool operator==(const Dims&) const = default;
};

/// The heads [Begin, End), known at compile time.
template <Index Begin, Index End, bool Single>
struct StaticHeads {
    static_assert(Begin >= 0 && Begin < End, "heads<begin, end> selects nothing: write begin below end, from 0");
    static constexpr Restriction restricts = the_heads;
    static constexpr void restrict_channels(ChannelWhere& w) { Heads{Begin, End, Single}.restrict_channels(w); }
    constexpr bool operator==(const StaticHeads&) const = default;
};
/// The channels [Begin, End), known at compile time.
template <Index Begin, Index End>
struct StaticDims {
    static_assert(Begin >= 0 && Begin < End, "dims<begin, end> selects nothing: write begin below end, from 0");
    static constexpr Restriction restricts = the_dims;
    static constexpr void restrict_channels(ChannelWhere& w) { Dims{Begin, End}.restrict_channels(w); }
    constexpr bool operator==(const StaticDims&) const = default;
};
}  // namespace detail

// `head<3>` and `head(h)` are one name, so both are functions: `head<3>` is one that is not called. `on` calls it.

/// One head, counted over all groups: `head<3>`, or `head(h)` for a number that the program computes; `head(-1)` is the
/// last. Under grouped-query attention, query head h is in group h / (heads per group). It has `head_width` channels,
/// whatever the layout.
template <Index H>
constexpr detail::StaticHeads<H, H + 1, true> head() {
    return {};
}
constexpr detail::Heads head(Integer auto h) { return {detail::counted(h), to_end, true}; }

/// The heads [Begin, End), of shape [..., heads, head width], whatever the layout: `heads<0, 4>`, `heads(begin, end)`.
/// `heads()` is all of them.
template <Index Begin, Index End>
constexpr detail::StaticHeads<Begin, End, false> heads() {
    return {};
}
constexpr detail::Heads heads(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end), false};
}
constexpr detail::Heads heads() { return {0, to_end, false}; }

/// The channels [Begin, End) of the component, counted over all groups; with `head` or `heads`, of each head:
/// `dims<0, 10>`, `dims(begin, end)`.
template <Index Begin, Index End>
constexpr detail::StaticDims<Begin, End> dims() {
    return {};
}
constexpr detail::Dims dims(Integer auto begin, Integer auto end) {
    return {detail::counted(begin), detail::counted(end)};
}

// Calls that must not compile.
template <class...>
SUTURE_REJECTED("a token is one whole number, or a tensor with one per row: write token(4)", token(...));
template <class...>
SUTURE_REJECTED("tokens are a range or a list: write tokens(2, 5), tokens({1, 3}), or token(4)", tokens(...));
template <class...>
SUTURE_REJECTED("a step is one whole number, counted from 0: write step(2)", step(...));
template <class...>
SUTURE_REJECTED("prompt() takes no number: write tokens(0, 3) for the first three positions", prompt(...));
template <class...>
SUTURE_REJECTED("generated() takes no number: write step(2) for one of its positions", generated(...));
template <class...>
SUTURE_REJECTED("a batch row is one whole number: write batch(0), or batches(0, 4)", batch(...));
template <class...>
SUTURE_REJECTED("batch rows are a range: write batches(0, 4), or batch(0)", batches(...));
template <class...>
SUTURE_REJECTED("a head is one whole number: write head(3), or heads({1, 5}) for several", head(...));
template <class...>
SUTURE_REJECTED("heads are a range or a list: write heads(0, 4), heads({1, 5}), or head(3)", heads(...));
template <class...>
SUTURE_REJECTED("dims are a range or a list: write dims(0, 10), or dims({1, 5})", dims(...));

namespace detail {
struct NotASelector;
}
// These resolve to a function that `on` does not take.
template <Index>
detail::NotASelector token();
template <Index>
detail::NotASelector heads();
template <Index>
detail::NotASelector dims();
template <Index, Index>
detail::NotASelector tokens();
template <Index, Index, Index, Index...>
detail::NotASelector heads();
template <Index, Index, Index, Index...>
detail::NotASelector dims();

/// A selector: `token(4)`, `tokens(2, 5)`, `batch(0)`, `head(3)`, `dims(0, 10)`, ...
template <class W>
concept Where = requires {
    { W::restricts } -> std::convertible_to<detail::Restriction>;
};

namespace detail {
template <class W>
struct SelectorType {
    using type = W;
};
template <Where S>
struct SelectorType<S (*)()> {
    using type = S;
};
/// The selector that was given to `on`: `head<3>` arrives as a function.
template <class W>
using selector_type = typename SelectorType<W>::type;

/// The selector itself.
template <class W>
constexpr selector_type<W> selector_of(W given) {
    if constexpr (Where<W>)
        return given;
    else
        return given();
}

/// What `on` takes: a selector, or the name of one that is known at compile time.
template <class W>
concept GivenWhere = Where<selector_type<W>>;

/// What a place narrows: a component within something packed, or all of it. `heads` is the number of heads over all
/// groups; 0 for a whole layout, which has none. The order of the axes before the channels is that of the layout.
struct PackedPart {
    StridedSlice where;
    Index heads = 0;
    AxisOrder axes = {};
    /// Whether heads are positions on an axis of their own, and not channels.
    constexpr bool has_head_axis() const { return axes.head >= 0; }
    constexpr Index channels() const { return where.channels(); }
    constexpr bool operator==(const PackedPart&) const = default;
};

/// The channels that a place means. Channels of a component are counted over all of its groups, so [heads, head width]
/// is one shape whatever the layout; `row` is a head of the selection, or the component as a whole.
struct BoundChannels {
    PackedPart part;
    Index row_width = 0;
    Index row_begin = 0, rows = 1;
    Index dim_begin = 0, dims = 0;
    bool by_head = false;  ///< the rows are an axis of the selection
    Fault why = Fault::none;
    constexpr bool operator==(const BoundChannels&) const = default;

    constexpr Index channels() const { return rows * dims; }
    /// The channel of the packed axis at which channel d of row r lies.
    constexpr Index channel(Index r, Index d) const {
        return part.where.channel((row_begin + r) * row_width + dim_begin + d);
    }

    /// The selection as one strided slice, whose groups and width are its last axes in the packed order; its width is 0 if
    /// no single slice holds the selection.
    constexpr StridedSlice slice() const {
        const StridedSlice& whole = part.where;
        const Index first = channel(0, 0), last = channel(rows - 1, dims - 1);
        // All in one group, or in channels without gaps: rows follow each other at the distance of a row.
        const bool one_group = (row_begin * row_width + dim_begin) / whole.width ==
                               ((row_begin + rows - 1) * row_width + dim_begin + dims - 1) / whole.width;
        if (one_group || whole.contiguous()) {
            if (rows == 1 || dims == row_width) return {first, last - first + 1, 1, last - first + 1};
            return {first, dims, rows, row_width};
        }
        // Rows that are groups: the same channels of several.
        if (row_width == whole.width) return {first, dims, rows, whole.period};
        // Whole groups.
        const Index begin = row_begin * row_width + dim_begin, count = rows * dims;
        if ((rows == 1 || dims == row_width) && begin % whole.width == 0 && count % whole.width == 0)
            return {first, whole.width, count / whole.width, whole.period};
        return {first, 0, 1, 0};
    }
};

/// The range [begin, end) on an axis of `size`; negative numbers count from the end.
struct BoundRange {
    Index begin = 0, count = 0;
    bool fits = true;
};
constexpr BoundRange bound(Index begin, Index end, Index size) {
    const Index from = begin < 0 ? begin + size : begin;
    const Index to = end == to_end ? size : end < 0 ? end + size : end;
    return {from, to - from, from >= 0 && from < to && to <= size};
}

/// The range of heads that `w` selects, out of `heads`.
constexpr BoundRange bound_heads(const ChannelWhere& w, Index heads) {
    const bool one = w.heads == ChannelWhere::Heads::one;
    const Index next = w.head_begin == -1 || w.head_begin == to_end ? to_end : w.head_begin + 1;
    return bound(w.head_begin, one ? next : w.head_end, heads);
}

/// The channels of a part that `w` means. Heads on an axis of their own are not channels.
/// @post they lie in the part, or `why` says what is wrong
constexpr BoundChannels bind_channels(const PackedPart& part, const ChannelWhere& w) {
    BoundChannels r{part, part.channels(), 0, 1, 0, part.channels(), false, Fault::none};
    if (w.heads != ChannelWhere::Heads::together && !part.has_head_axis()) {
        if (part.heads == 0) return r.why = Fault::heads_of_layout, r;
        const bool one = w.heads == ChannelWhere::Heads::one;
        const BoundRange range = bound_heads(w, part.heads);
        if (!range.fits) return r.why = Fault::head_beyond, r;
        r.row_width = r.dims = part.channels() / part.heads;
        r.row_begin = range.begin, r.rows = range.count, r.by_head = !one;
    }
    if (w.has_dims) {
        const BoundRange range = bound(w.dim_begin, w.dim_end, r.row_width);
        if (!range.fits) return r.why = Fault::dims_beyond, r;
        r.dim_begin = range.begin, r.dims = range.count;
    }
    return r;
}

/// What is wrong with heads and dims where some of these numbers are dynamic, as far as the others tell.
constexpr Fault known_fault(Index channels, Index heads, Index head_width, const ChannelWhere& w) {
    Index row = channels;
    if (w.heads != ChannelWhere::Heads::together) {
        if (heads == 0) return Fault::heads_of_layout;
        if (heads != dynamic && !bound_heads(w, heads).fits) return Fault::head_beyond;
        row = head_width;
    }
    if (w.has_dims && row != dynamic && !bound(w.dim_begin, w.dim_end, row).fits) return Fault::dims_beyond;
    return Fault::none;
}
/// The same for X, repeated in `Groups` groups.
template <class X, Index Groups>
inline constexpr Fault known_channels_fault(const ChannelWhere& w) {
    if constexpr (Component<X>)
        return known_fault(product_of(X::width, Groups), product_of(X::heads, Groups), X::head_width, w);
    else
        return known_fault(X::width, heads_in_group<X> == 0 ? 0 : dynamic, dynamic, w);
}

/// What selectors mean in the channels of L: heads may be an axis of their own.
template <class L>
constexpr ChannelWhere in_channels(ChannelWhere w) {
    if (axes_of<L>.head >= 0) w.heads = ChannelWhere::Heads::together;
    return w;
}

/// Component X of layout L, or all of L.
template <Layout L, class X>
inline constexpr PackedPart packed_part{slice_in<L, X>, heads_in_group<X>* slice_in<L, X>.groups};
template <Index Groups, Component C>
inline constexpr PackedPart packed_part<Grouped<Groups, C>, Grouped<Groups, C>>{
    {0, Groups* C::width, 1, Groups* C::width}, Groups* C::heads};
template <Layout L, class X>
    requires(is_ordered<L>)
inline constexpr PackedPart packed_part<L, X> = [] {
    PackedPart part = packed_part<unordered<L>, std::conditional_t<std::is_same_v<X, L>, unordered<L>, X>>;
    part.axes = axes_of<L>;
    return part;
}();

/// Whether no two of the selectors restrict the same axis.
template <Where... Ws>
consteval bool compatible() {
    unsigned all = 0, sum = 0;
    ((all |= Ws::restricts, sum += Ws::restricts), ...);
    return all == sum;
}

/// Selectors kept together: those without a value take no room.
template <Where... Ws>
struct WherePack : Ws... {
    /// The channels that the selectors mean.
    constexpr ChannelWhere channels() const {
        ChannelWhere w;
        (static_cast<const Ws&>(*this).restrict_channels(w), ...);
        return w;
    }
    constexpr bool operator==(const WherePack&) const = default;
};

/// A selector of channels whose type says it all, so that the compiler can check it.
template <class W>
concept StaticWhere = Where<W> && std::is_empty_v<W> && requires(ChannelWhere& w) {
    W::restrict_channels(w);
};

/// The channels that the selectors known at compile time mean. Selectors of heads that are known at run time stand for
/// some heads: dims are then those of a head.
template <Where... Ws>
inline constexpr ChannelWhere static_channels = [] {
    ChannelWhere w;
    ((Ws::restricts == the_heads ? Heads{0, to_end, false}.restrict_channels(w) : void()), ...);
    (
        [&] {
            if constexpr (StaticWhere<Ws>) Ws::restrict_channels(w);
        }(),
        ...);
    return w;
}();

/// What is wrong with the selected heads and dims for the component (or layout) X, whatever layout X is part of.
template <Layout X, Where... Ws>
inline constexpr Fault channels_fault = [] {
    constexpr ChannelWhere w = static_channels<Ws...>;
    if constexpr (Component<X>) {
        // In a grouped layout the component has more heads, and more channels.
        if (w.heads == ChannelWhere::Heads::together) return Fault::none;
        ChannelWhere in_a_head = w;
        in_a_head.head_begin = 0, in_a_head.head_end = to_end;
        if constexpr (is_static<X>)
            return bind_channels(packed_part<X, X>, in_a_head).why;
        else
            return known_channels_fault<X, 1>(in_a_head);
    } else if constexpr (is_static<X>) {
        return bind_channels(packed_part<X, X>, w).why;
    } else {
        return known_channels_fault<X, 1>(in_channels<X>(w));
    }
}();

/// Whether the layout has the axes that the selectors name.
template <Layout L, Where... Ws>
inline constexpr Fault axes_fault = [] {
    constexpr AxisOrder axes = axes_of<L>;
    if (!axes.has(Axis::token) && ((Ws::restricts == the_tokens || Ws::restricts == the_positions) || ...))
        return Fault::no_token_axis;
    if (!axes.has(Axis::batch) && ((Ws::restricts == the_batch) || ...)) return Fault::no_batch_axis;
    return Fault::none;
}();

/// What is wrong with a place in layout L, as far as the compiler knows.
template <class Selector, Layout L, Where... Ws>
inline constexpr Fault place_fault = [] {
    using found = Resolution<Selector, L>;
    if constexpr (found::why != Fault::none)
        return found::why;
    else if constexpr (axes_fault<L, Ws...> != Fault::none)
        return axes_fault<L, Ws...>;
    else if constexpr (is_static<L>)
        return bind_channels(packed_part<L, typename found::type>, static_channels<Ws...>).why;
    else
        return known_channels_fault<typename found::type, groups_of<L>>(in_channels<L>(static_channels<Ws...>));
}();

/// The component of L that a selector names, as a part of L.
template <class Selector, Layout L>
inline constexpr PackedPart selected_part = packed_part<L, typename Resolution<Selector, L>::type>;
}  // namespace detail

template <Where A, Where B>
SUTURE_REJECTED("selectors stand side by side: write on<Q>(token(4), head(3))", operator|(const A&, const B&));
template <Where A, Where B>
SUTURE_REJECTED("selectors stand side by side: write on<Q>(token(4), head(3))", operator&(const A&, const B&));
template <Where A, Where B>
SUTURE_REJECTED("selectors stand side by side: write on<Q>(token(4), head(3))", operator&&(const A&, const B&));
template <Where A, Where B>
SUTURE_REJECTED("selectors stand side by side: write on<Q>(token(4), head(3))", operator+(const A&, const B&));
template <Where A>
SUTURE_REJECTED("positions count from the end as numbers: write token(-1)", operator-(const A&));
template <Where A, Where B>
SUTURE_REJECTED("selectors have no order: compare the numbers that they are made of", operator<(const A&, const B&));
template <Where A, Where B>
SUTURE_REJECTED("selectors have no order: compare the numbers that they are made of", operator>(const A&, const B&));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
