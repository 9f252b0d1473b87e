// Places: the part of a tensor that selectors mean. A place is first resolved against the shape of an activation, which
// throws whatever is wrong with it, and then made into a tensor.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/positions.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/SmallVector.h>
#include <c10/util/accumulate.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// Where along the axes before the channels.
struct Positions {
    std::optional<Position<Axis::batch>> batch;
    std::optional<Position<Axis::token>> token;
    std::optional<RowPositions> rows;
    at::Tensor flat = {};    ///< int64: these of the flattened axes, in place of the others. @see in_columns
    bool is_ragged = false;  ///< `flat` has different numbers of tokens in its rows, one below another

    /// All of them.
    bool is_everywhere() const { return !batch && !token && !rows && !flat.defined(); }
};

/// Selectors as one value.
struct PlaceValue {
    PackedPart part;        ///< the component, within the packed axis
    const char* name = "";  ///< of the component, for messages
    ChannelWhere channels;
    at::Tensor heads, dims;  ///< lists of these; undefined without
    Positions positions;
    const char* in = "the activation";  ///< the name of the tensor in messages
    const LayoutFacts* held = nullptr;  ///< what a tensor of the component is packed like
};

inline void read_selector(PlaceValue&, const auto&) {}
inline void read_selector(PlaceValue& p, const Position<Axis::batch>& w) { p.positions.batch = w; }
inline void read_selector(PlaceValue& p, const Position<Axis::token>& w) { p.positions.token = w; }
inline void read_selector(PlaceValue& p, const RowPositions& w) { p.positions.rows = w; }
inline void read_selector(PlaceValue& p, const HeadList& w) { p.heads = w.given; }
inline void read_selector(PlaceValue& p, const DimList& w) { p.dims = w.given; }

/// The place that the selectors mean in this part.
template <Where... Ws>
PlaceValue place_value(const PackedPart& part, const char* name, const WherePack<Ws...>& wheres) {
    PlaceValue p{part, name, wheres.channels(), {}, {}, {}};
    (read_selector(p, static_cast<const Ws&>(wheres)), ...);
    return p;
}

template <class X>
inline constexpr const char* part_name = "the layout";
template <Component C>
inline constexpr const char* part_name<C> = C::name;
template <Index Groups, Component C>
inline constexpr const char* part_name<Grouped<Groups, C>> = C::name;
template <Layout L>
    requires(is_ordered<L>)
inline constexpr const char* part_name<L> = part_name<unordered<L>>;

/// Whether a selector found something whose type differs from what it names: numbers that the compiler cannot compare.
template <class Selector, class X>
inline constexpr bool names_other_numbers = false;
template <class M, class X>
inline constexpr bool names_other_numbers<Exactly<M>, X> = !std::is_same_v<M, X> && !std::is_same_v<M, unordered<X>>;
/// @throws ShapeError unless the numbers that a selector names are those of what it found: where they are dynamic, the
///         compiler could not compare them
template <class Selector, class X, Layout L>
void check_named([[maybe_unused]] const Extents<L>& extents) {
    if constexpr (names_other_numbers<Selector, X>) {
        []<class M>(std::type_identity<Exactly<M>>, const Extents<L>& all) {
            const LayoutFacts& facts = all.facts();
            const bool has = [&] {
                if constexpr (std::is_same_v<X, L>)
                    return may_have<M>(facts);
                else {
                    const ComponentFacts &held = facts.components[component_index<X, components_of<L>>],
                                         &named = *facts_of<M>.begin();
                    return may_agree(named.width, held.width) && may_agree(named.heads, held.heads);
                }
            }();
            if (!has)
                throw ShapeError(std::string(sentence_of(Fault::lacks_component)) + " (" + layout_text(facts_of<M>) +
                                 " in " + layout_text(facts) + ")");
        }(std::type_identity<Selector>{}, extents);
    }
}

/// The place that the selectors mean in layout L with these numbers.
/// @throws ShapeError if the selector names numbers that the layout does not have
template <class Selector, Layout L, Where... Ws>
PlaceValue place_in(const WherePack<Ws...>& wheres, const Extents<L>& extents) {
    using X = typename Resolution<Selector, L>::type;
    check_named<Selector, X>(extents);
    PlaceValue p = place_value(packed_in<X, L>(extents.facts()), part_name<X>, wheres);
    if constexpr (is_static<part_of<L, X>>)
        p.held = &facts_of<part_of<L, X>>;
    else
        p.held = &extents.template of_part<X>().facts();
    return p;
}
template <class Selector, Layout L, Where... Ws>
    requires is_static<L> PlaceValue place_in(const WherePack<Ws...>& wheres) {
        return place_in<Selector, L>(wheres, Extents<L>());
    }

/// [begin, begin + size) of one axis; `single` drops it.
struct IndexRange {
    Index begin = 0, size = 0;
    bool single = false;
};

using Shape = c10::SmallVector<Index, 6>;

/// A place in an activation of a known shape.
struct ResolvedPlace {
    StridedSlice channels;                         ///< the selected channels, unless they are listed
    at::Tensor listed;                             ///< int64: the selected channels, if no strided slice holds them
    AxisOrder axes;                                ///< of the activation
    std::optional<IndexRange> batch, token, head;  ///< contained in `rows`, where these are defined
    at::Tensor rows;  ///< int64: the flat positions selected among the leading axes; undefined without row positions
    Shape sizes;      ///< the shape of the selection: [..., channels] or [..., heads, channels of a head]
    bool is_ragged = false;  ///< the rows of the batch have different numbers of tokens in it, one below another

    /// Whether the selection can be a view of the activation.
    bool is_viewable() const { return !rows.defined() && !listed.defined(); }
    /// The range that is cut from an axis of the activation; null if all of it is selected. @pre `axes` is resolved
    const IndexRange* cut_along(Index axis) const {
        if (token && axis == axes.token) return &*token;
        if (batch && axis == axes.batch) return &*batch;
        if (head && axis == axes.head) return &*head;
        return nullptr;
    }
};

/// The axes before the channels.
inline at::IntArrayRef leading_axes(const at::Tensor& t) {
    return t.sizes().slice(0, static_cast<std::size_t>(t.dim() - 1));
}

inline std::string axis_text(Axis along) {
    return along == Axis::batch ? "batch row" : along == Axis::token ? "token" : "head";
}

[[noreturn]] inline void throw_outside(Axis along, Index at, Index size, const std::string& in) {
    throw PositionError(axis_text(along) + " " + std::to_string(at) + " is outside " + in + ", which has " +
                        std::to_string(size) + " " + axis_text(along) + "s: count from 0, or from -1 for the last");
}

/// @throws PositionError if the position is counted from the end of a prompt, which nobody has named
inline void check_is_counted(const Position<Axis::token>& p, const std::string& in) {
    if (p.within == CountedIn::sequence) return;
    throw PositionError(in +
                        " is not one of a generation, so nothing says where its prompt ends: run generate(), or name "
                        "positions, tokens(0, 5)");
}

/// The range that a position means on an axis of this size; negative numbers count from the end.
template <Axis Along>
IndexRange range_of(const Position<Along>& p, Index size, const std::string& in) {
    const auto from_end = [size](Index at) { return at < 0 ? at + size : at; };
    const Index begin = from_end(p.begin);
    if (p.single) {
        if (begin < 0 || begin >= size) throw_outside(Along, p.begin, size, in);
        return {begin, 1, true};
    }
    const Index end = p.end == to_end ? size : from_end(p.end);
    const auto refuse = [&p](const std::string& why) {
        throw PositionError("the range of " + axis_text(Along) + "s from " + std::to_string(p.begin) + " to " +
                            (p.end == to_end ? "the end" : std::to_string(p.end)) + " " + why);
    };
    if (begin < 0 || begin > size) throw_outside(Along, p.begin, size, in);
    if (end < 0 || end > size)
        refuse("reaches beyond " + in + ", which has " + std::to_string(size) + ": end it there or before");
    if (begin >= end) refuse("selects nothing: write begin below end");
    return {begin, end - begin, false};
}

/// The flat positions at which `mask` is true; `tokens` is the token axis. @post the result is not empty
inline at::Tensor rows_of_mask(const at::Tensor& mask, at::IntArrayRef leading, std::size_t tokens,
                               const std::string& in) {
    if (mask.scalar_type() != at::kBool)
        throw TypeError("the mask is " + tensor_text(mask) + ": give a bool tensor, for example scores > 0");
    const bool every_row = mask.dim() == 1 && leading.size() > 1 && mask.size(0) == leading[tokens];
    if (mask.sizes() != leading && !every_row)
        throw ShapeError("the mask has shape " + shape_text(mask.sizes()) + " but the positions of " + in + " have " +
                         shape_text(leading) + ": give one bool per position, or one per token");
    Shape sizes(mask.sizes().begin(), mask.sizes().end());
    if (every_row) sizes.resize(leading.size() - tokens, 1);
    at::Tensor rows = mask.reshape(sizes).expand(leading).reshape({-1}).nonzero().reshape({-1});
    if (rows.numel() == 0)
        throw PositionError("the mask is false everywhere and selects nothing: give one that is true somewhere");
    return rows;
}

/// The flat positions of token indices, one or several per row; `token_axis` is that of the activation. Several stand on
/// the token axis, as they do in the selection. @post no position is named twice
inline at::Tensor rows_of_index(const RowPositions& where, at::IntArrayRef leading, std::size_t token_axis,
                                const std::string& in) {
    if (!at::isIntegralType(where.given.scalar_type(), false))
        throw TypeError("the token index is " + tensor_text(where.given) + ": give integers, as argmax does");
    at::Tensor index = where.given.to(at::kLong);
    const Index tokens = leading[token_axis];
    const auto along = static_cast<Index>(token_axis);
    const auto without_tokens = [token_axis](at::IntArrayRef sizes) {
        Shape others(sizes.begin(), sizes.end());
        others.erase(others.begin() + token_axis);
        return others;
    };
    const Shape outer = without_tokens(leading);
    const bool one = where.what == RowPositions::Kind::one_per_row;
    const bool shared = !one && index.dim() == 1;
    const bool has_tokens = !one && index.dim() > along;
    const Shape rows_given =
        has_tokens ? without_tokens(index.sizes()) : Shape(index.sizes().begin(), index.sizes().end());
    if (!shared && (rows_given != outer || (!one && !has_tokens)))
        throw ShapeError("the token index has shape " + shape_text(index.sizes()) + " but the rows of " + in +
                         " have " + shape_text(outer) + ": give one index (or list of indices) per row");
    if (index.numel() == 0)
        throw PositionError("the token index is empty and selects nothing: name at least one token");
    const Index low = index.min().item<Index>(), high = index.max().item<Index>();
    if (low < -tokens) throw_outside(Axis::token, low, tokens, in);
    if (high >= tokens) throw_outside(Axis::token, high, tokens, in);

    Shape by_token = outer;  // the selection's axes, with k tokens
    by_token.insert(by_token.begin() + token_axis, one ? 1 : shared ? index.size(0) : index.size(along));
    at::Tensor positive = index.remainder(tokens);
    if (shared) {
        Shape sizes(leading.size() - token_axis, 1);
        sizes.front() = index.size(0);
        positive = positive.reshape(sizes).expand(by_token);
    } else {
        positive = positive.reshape(by_token);
    }
    if (!one) {
        const at::Tensor sorted = std::get<0>(positive.sort(along));
        const Index k = sorted.size(along);
        if (sorted.narrow(along, 1, k - 1).eq(sorted.narrow(along, 0, k - 1)).any().item<bool>())
            throw PositionError("the token index names a token twice in a row: name each token once");
    }
    // The rows' first positions, and the distance from a token to the next.
    Index between = 1;
    for (std::size_t i = token_axis + 1; i < leading.size(); ++i) between *= leading[i];
    Shape first = outer;
    first.insert(first.begin() + token_axis, 1);
    const at::Tensor row = at::arange(c10::multiply_integers(outer), index.options());
    const at::Tensor inner = row.remainder(between);
    const at::Tensor starts = row.sub(inner).mul(tokens).add(inner).reshape(first);
    at::Tensor rows = starts.add(positive.mul(between));
    return one ? rows.squeeze(along) : rows;
}

inline at::Tensor rows_of(const RowPositions& asked, const at::Tensor& activation, at::IntArrayRef leading,
                          Index token_axis, const std::string& in) {
    const RowPositions where = asked.now();
    if (!where.given.defined()) throw PositionError("the index or mask is an undefined tensor: give it a value");
    if (token_axis < 0) throw ShapeError(in + " has no token axis: give it the shape [tokens, channels]");
    if (where.given.is_meta() || activation.is_meta())
        throw TypeError("the values of the index or mask are needed, but the meta device has none: use another device");
    const RowPositions there{where.what, where.given.to(activation.device())};
    const auto tokens = static_cast<std::size_t>(token_axis);
    return there.what == RowPositions::Kind::where_true ? rows_of_mask(there.given, leading, tokens, in)
                                                        : rows_of_index(there, leading, tokens, in);
}

/// "1 head", "12 heads"
inline std::string count_text(Index n, const std::string& one) {
    return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

/// @throws PositionError or ShapeError: the heads or channels of the place are not there
[[noreturn]] inline void throw_channels(const PlaceValue& p, Fault why) {
    const std::string name = p.name;
    const auto range = [](const char* one, const char* several, bool single, Index begin, Index end) {
        if (single) return one + (" " + std::to_string(begin));
        return "the " + (several + (" from " + std::to_string(begin))) + " to " +
               (end == to_end ? "the end" : std::to_string(end));
    };
    const ChannelWhere& w = p.channels;
    const bool one = w.heads == ChannelWhere::Heads::one;
    if (why == Fault::heads_of_layout) throw ShapeError("a layout has no heads: name one of its components");
    if (why == Fault::head_beyond)
        throw PositionError(range("head", "heads", one, w.head_begin, w.head_end) + " " + (one ? "is" : "are") +
                            " outside " + name + ", which has " + count_text(p.part.heads, "head") +
                            ": count from 0 over all groups, or from -1 for the last");
    const bool of_a_head = w.heads != ChannelWhere::Heads::together;
    const Index width = of_a_head ? p.part.channels() / p.part.heads : p.part.channels();
    throw PositionError(range("dim", "dims", false, w.dim_begin, w.dim_end) + " are outside " +
                        (of_a_head ? "a head of " : "") + name + ", which has " + count_text(width, "channel") +
                        ": count from 0, or from -1 for the last, and write begin below end");
}

/// Binds the heads and dims of a place, apart from lists.
/// @throws PositionError or ShapeError if the part has no such heads or channels
inline BoundChannels bound_channels(const PlaceValue& p) {
    const BoundChannels bound = bind_channels(p.part, p.channels);
    if (bound.why != Fault::none) throw_channels(p, bound.why);
    return bound;
}

/// The numbers of a list, [k] int64 on the CPU, counted from 0; `all` if the list is undefined.
/// @throws TypeError, ShapeError or PositionError unless they are distinct and below `count`
inline at::Tensor listed_numbers(const at::Tensor& given, Index begin, Index all, const std::string& what, Index count,
                                 const std::string& in) {
    if (!given.defined()) return at::arange(begin, begin + all, at::kLong);
    if (given.is_meta())
        throw TypeError("the values of the list of " + what +
                        "s are needed, but the meta device has none: use another device");
    const std::string there = count_text(count, what == "dim" ? "channel" : what);
    const at::Tensor list = given.detach().to(at::kCPU);
    const bool is_mask = list.scalar_type() == at::kBool;
    if (!is_mask && !at::isIntegralType(list.scalar_type(), false))
        throw TypeError("the list of " + what + "s is " + tensor_text(list) + ": give integers or bools");
    if (list.dim() != 1 || (is_mask && list.size(0) != count))
        throw ShapeError("the list of " + what + "s is " + tensor_text(list) + " but " + in + " has " + there +
                         ": give [k] integers, or a bool for each");
    const at::Tensor numbers = is_mask ? list.nonzero().reshape({-1}) : list.to(at::kLong);
    if (numbers.numel() == 0)
        throw PositionError("the list of " + what + "s is empty and selects nothing: name at least one");
    const Index low = numbers.min().item<Index>(), high = numbers.max().item<Index>();
    if (low < -count || high >= count)
        throw PositionError(what + " " + std::to_string(high >= count ? high : low) + " is outside " + in +
                            ", which has " + there + ": count from 0, or from -1 for the last");
    const at::Tensor positive = numbers.remainder(count), sorted = std::get<0>(positive.sort(-1));
    const Index k = sorted.size(0);
    if (sorted.narrow(0, 1, k - 1).eq(sorted.narrow(0, 0, k - 1)).any().item<bool>())
        throw PositionError("the list names a " + what + " twice: name each once");
    return positive;
}

/// Resolves the channels of a place into a slice or a list, and appends the selection's last axes to its sizes.
inline void resolve_channels(const PlaceValue& p, at::Device device, ResolvedPlace& r) {
    const BoundChannels bound = bound_channels(p);
    Index rows = bound.rows, dims = bound.dims;
    const bool lists_heads = p.heads.defined() && !p.part.has_head_axis();
    if (lists_heads || p.dims.defined()) {
        const std::string name = p.name;
        const at::Tensor heads = listed_numbers(lists_heads ? p.heads : at::Tensor(), bound.row_begin, bound.rows,
                                                "head", p.part.heads, name);
        const at::Tensor channels = listed_numbers(
            p.dims, bound.dim_begin, bound.dims, "dim", bound.row_width,
            bound.by_head || bound.rows * bound.row_width != p.part.channels() ? "a head of " + name : name);
        rows = heads.size(0), dims = channels.size(0);
        // The channel of the part, then of the packed axis.
        const at::Tensor of_part = heads.unsqueeze(-1).mul(bound.row_width).add(channels.unsqueeze(0)).reshape({-1});
        const StridedSlice& whole = p.part.where;
        const at::Tensor in_group = of_part.remainder(whole.width);
        r.listed = of_part.sub(in_group).div(whole.width, "floor").mul(whole.period).add(in_group).add(whole.offset);
        r.listed = r.listed.to(at::kLong);
    } else if (r.channels = bound.slice(); r.channels.width == 0) {
        std::vector<Index> all;
        for (Index h = 0; h < rows; ++h)
            for (Index d = 0; d < dims; ++d) all.push_back(bound.channel(h, d));
        r.listed = index_tensor(all);
    }
    if (r.listed.defined()) r.listed = r.listed.to(device);
    if (bound.by_head) r.sizes.push_back(rows);
    r.sizes.push_back(dims);
}

/// The axes of an activation of this place. @throws ShapeError unless there are as many as the layout names
inline AxisOrder axes_among(const AxisOrder& axes, at::IntArrayRef leading, const std::string& in) {
    const auto count = static_cast<Index>(leading.size());
    if (!axes.is_free() && axes.count != count)
        throw ShapeError(in + " has " + std::to_string(count) + " axes before the channels where its layout names " +
                         std::to_string(axes.count) + ": give it those axes");
    return axes.among(count);
}

[[noreturn]] inline void throw_no_axis(Axis along, const AxisOrder& named, const std::string& in) {
    const std::string none = in + (along == Axis::token ? " has no token axis: " : " has no batch axis: ");
    if (!named.is_free()) throw ShapeError(none + "leave the selector out, or name the axis in the layout");
    throw ShapeError(none + (along == Axis::token ? "give it the shape [tokens, channels] or more"
                                                  : "give it the shape [batch, tokens, channels]"));
}

/// Cuts the axes before the channels as resolved. A true view.
inline at::Tensor cut_positions(at::Tensor t, const ResolvedPlace& r) {
    const auto cut = [&t](const IndexRange& s, Index axis) {
        t = s.single ? t.select(axis, s.begin) : t.narrow(axis, s.begin, s.size);
    };
    if (r.head || r.axes.batch > r.axes.token) {  // from the innermost, because an index drops its axis
        for (Index axis = r.axes.count; axis-- > 0;)
            if (const IndexRange* const along = r.cut_along(axis)) cut(*along, axis);
        return t;
    }
    if (r.token) cut(*r.token, r.axes.token);
    if (r.batch) cut(*r.batch, r.axes.batch);
    return t;
}

/// The flat positions where positions differ from row to row, or heads on an axis of their own are listed. The heads are
/// selected first: an index or a mask has the axes that they leave.
inline at::Tensor resolve_rows(const PlaceValue& p, const ResolvedPlace& r, const at::Tensor& activation) {
    const at::IntArrayRef leading = leading_axes(activation);
    const std::string in = p.in;
    const bool lists_heads = p.part.has_head_axis() && p.heads.defined();
    if (!r.head && !lists_heads) return rows_of(*p.positions.rows, activation, leading, r.axes.token, in);
    at::Tensor all =
        at::arange(c10::multiply_integers(leading), activation.options().dtype(at::kLong).requires_grad(false))
            .reshape(leading);
    AxisOrder axes = r.axes;
    if (lists_heads)
        all = all.index_select(
            axes.head,
            listed_numbers(p.heads, 0, 0, "head", leading[static_cast<std::size_t>(axes.head)], in).to(all.device()));
    all = cut_positions(all, r);
    if (!p.positions.rows) return all;
    if (r.head && r.head->single) axes = axes.without(Axis::head);
    const at::Tensor among = rows_of(*p.positions.rows, activation, all.sizes(), axes.token, in);
    return all.reshape({-1}).index_select(0, among.reshape({-1})).reshape(among.sizes());
}

/// The heads of a place, as positions on an axis of their own.
inline Position<Axis::head> head_position(const ChannelWhere& w) {
    return {w.head_begin, w.head_end, w.heads == ChannelWhere::Heads::one};
}

/// Resolves a place in an activation with the axes that its layout names: by default [..., tokens, channels], with the
/// batch first where there are two or more axes before the channels.
/// @throws PositionError, ShapeError or TypeError, naming what was asked for and what is there
inline ResolvedPlace resolve(const PlaceValue& p, const at::Tensor& activation) {
    ResolvedPlace r;
    const at::IntArrayRef leading = leading_axes(activation);
    const std::string in = p.in;
    const Positions& at = p.positions;
    r.axes = axes_among(p.part.axes, leading, in);
    const auto size_of = [&leading](short axis) { return leading[static_cast<std::size_t>(axis)]; };
    if (at.flat.defined()) {
        r.rows = at.flat, r.is_ragged = at.is_ragged;
        r.sizes.append(r.rows.sizes().begin(), r.rows.sizes().end());
        resolve_channels(p, activation.device(), r);
        return r;
    }
    if (at.token) {
        check_is_counted(*at.token, in);
        if (r.axes.token < 0) throw_no_axis(Axis::token, p.part.axes, in);
        r.token = range_of(*at.token, size_of(r.axes.token), in);
    }
    if (at.batch) {
        if (r.axes.batch < 0) throw_no_axis(Axis::batch, p.part.axes, in);
        r.batch = range_of(*at.batch, size_of(r.axes.batch), in);
    }
    const bool lists_heads = p.part.has_head_axis() && p.heads.defined();
    if (p.part.has_head_axis() && !lists_heads && p.channels.heads != ChannelWhere::Heads::together)
        r.head = range_of(head_position(p.channels), size_of(r.axes.head), in);
    if (at.rows || lists_heads) {
        r.rows = resolve_rows(p, r, activation);
        r.sizes.append(r.rows.sizes().begin(), r.rows.sizes().end());
    } else {
        for (std::size_t i = 0; i < leading.size(); ++i) {
            const IndexRange* const cut = r.cut_along(static_cast<Index>(i));
            if (!cut)
                r.sizes.push_back(leading[i]);
            else if (!cut->single)
                r.sizes.push_back(cut->size);
        }
    }
    resolve_channels(p, activation.device(), r);
    return r;
}

/// Cuts the channels of the last axis: [..., width], or [..., groups, width] of a slice in groups. A true view: flattening
/// the groups would make a copy, and an edit of the copy would be lost.
inline at::Tensor cut_channels(const at::Tensor& t, const StridedSlice& slice) {
    if (slice.groups == 1) return slice.width == t.size(-1) ? t : t.narrow(-1, slice.offset, slice.width);
    const Index span = slice.groups * slice.period;
    const Index start = std::min(slice.offset, t.size(-1) - span);
    const std::array<Index, 2> split{slice.groups, slice.period};
    const at::Tensor groups =
        (span == t.size(-1) ? t : t.narrow(-1, start, span)).unflatten(-1, at::IntArrayRef(split));
    return slice.width == slice.period ? groups : groups.narrow(-1, slice.offset - start, slice.width);
}

/// The place as a view of `packed` [..., channels]: of the shape of the selection or, where heads lie apart, with the
/// groups of its slice as an axis. @pre r.is_viewable()
inline at::Tensor view_at(const at::Tensor& packed, const ResolvedPlace& r) {
    at::Tensor part = cut_channels(cut_positions(packed, r), r.channels);
    if (part.sizes() == at::IntArrayRef(r.sizes)) return part;
    // [..., heads of one group side by side] -> [..., heads, head width]
    if (r.channels.groups == 1) return part.unflatten(-1, at::IntArrayRef(r.sizes).slice(r.sizes.size() - 2));
    return part;
}

// The same, only to be read. Where nothing follows the tensor, a view is made at once: each operator that cuts an axis costs
// more than all the rest of reading a place.

/// Channels that lie side by side. @pre slice.groups == 1
inline at::Tensor read_channels(const at::Tensor& t, const StridedSlice& slice) {
    if (slice.width == t.size(-1) || !is_dense_on_cpu(t) || !is_viewed_plainly(t)) return cut_channels(t, slice);
    Shape sizes(t.sizes().begin(), t.sizes().end());
    sizes.back() = slice.width;
    return own_part(t, sizes, t.strides(), t.storage_offset() + slice.offset * t.strides().back());
}

/// The place. @pre r.is_viewable()
inline at::Tensor read_at(const at::Tensor& packed, const ResolvedPlace& r) {
    if (!is_dense_on_cpu(packed) || !is_viewed_plainly(packed)) return view_at(packed, r);
    const at::IntArrayRef all = packed.sizes(), steps = packed.strides();
    const std::size_t leading = all.size() - 1;
    Shape sizes, strides;
    Index offset = packed.storage_offset() + r.channels.offset * steps.back();
    const auto keep = [&](Index size, Index stride) { sizes.push_back(size), strides.push_back(stride); };
    for (std::size_t i = 0; i < leading; ++i) {
        const IndexRange* const cut = r.cut_along(static_cast<Index>(i));
        if (cut) offset += cut->begin * steps[i];
        if (!cut || !cut->single) keep(cut ? cut->size : all[i], steps[i]);
    }
    const bool by_head = r.channels.groups == 1 && r.sizes.size() == sizes.size() + 2;
    if (by_head) keep(r.sizes[sizes.size()], r.sizes.back() * steps.back());
    if (r.channels.groups > 1) keep(r.channels.groups, r.channels.period * steps.back());
    keep(by_head ? r.sizes.back() : r.channels.width, steps.back());
    return own_part(packed, sizes, strides, offset);
}

/// The place as a tensor of the shape of the selection: a view of `packed` [..., channels] where there is one, otherwise
/// a copy. To be read, or, if it is a copy, to be edited and `put_back`.
inline at::Tensor part_at(const at::Tensor& packed, const ResolvedPlace& r) {
    if (r.is_viewable()) return view_at(packed, r).reshape(r.sizes);
    at::Tensor part = r.rows.defined() ? packed.reshape({-1, packed.size(-1)}).index_select(0, r.rows.reshape({-1}))
                                       : cut_positions(packed, r);
    part = r.listed.defined() ? part.index_select(-1, r.listed) : cut_channels(part, r.channels);
    return part.reshape(r.sizes);
}

/// Writes back the copy that `part_at` returned for a selection that cannot be a view. @pre `packed` is contiguous
inline void put_back(const at::Tensor& packed, const ResolvedPlace& r, const at::Tensor& part) {
    if (!r.rows.defined()) {
        const at::Tensor target = cut_positions(packed, r);
        Shape sizes(target.sizes().begin(), target.sizes().end());
        sizes.back() = r.listed.numel();
        target.index_copy_(-1, r.listed, part.reshape(sizes));
        return;
    }
    const at::Tensor flat = packed.view({-1, packed.size(-1)}), rows = r.rows.reshape({-1});
    if (r.listed.defined()) {
        flat.index_put_({rows.unsqueeze(-1), r.listed.unsqueeze(0)}, part.reshape({rows.numel(), r.listed.numel()}));
        return;
    }
    const at::Tensor target = cut_channels(flat, r.channels);
    Shape sizes(target.sizes().begin(), target.sizes().end());
    sizes[0] = rows.numel();
    target.index_copy_(0, rows, part.reshape(sizes));
}
}  // namespace detail

}  // namespace suture
