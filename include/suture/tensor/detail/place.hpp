// Places: the part of a tensor that selectors mean. A place is first resolved against the shape of an activation, which
// throws whatever is wrong with it, and then made into a tensor.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/positions.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace suture {

namespace detail {
/// Selectors as one value: the channels, resolved at compile time, and the positions.
struct Place {
    ChannelSlice channels;
    std::optional<Position<Axis::batch>> batch;
    std::optional<Position<Axis::token>> token;
    std::optional<RowPositions> rows;
    const char* in = "the activation";  ///< the name of the tensor in messages
};

inline void read_positions(Place&, const auto&) {}
inline void read_positions(Place& p, const Position<Axis::batch>& w) { p.batch = w; }
inline void read_positions(Place& p, const Position<Axis::token>& w) { p.token = w; }
inline void read_positions(Place& p, const RowPositions& w) { p.rows = w; }

/// The place that the selectors mean among these channels.
template <Where... Ws>
Place make_place(const ChannelSlice& channels, const WherePack<Ws...>& wheres) {
    Place p{channels, {}, {}, {}};
    (read_positions(p, static_cast<const Ws&>(wheres)), ...);
    return p;
}

/// [begin, begin + size) of one axis; `single` drops it.
struct IndexRange {
    Index begin = 0, size = 0;
    bool single = false;
};

using Shape = c10::SmallVector<Index, 6>;

/// A place in an activation of a known shape.
struct ResolvedPlace {
    ChannelSlice channels;
    std::optional<IndexRange> batch, token;
    at::Tensor rows;  ///< int64: the flat positions selected among the leading axes; undefined without row positions
    Shape sizes;      ///< the shape of the selection
};

inline std::string axis_text(Axis along) { return along == Axis::batch ? "batch row" : "token"; }

[[noreturn]] inline void throw_outside(Axis along, Index at, Index size, const std::string& in) {
    throw PositionError(axis_text(along) + " " + std::to_string(at) + " is outside " + in + ", which has " +
                        std::to_string(size) + " " + axis_text(along) + "s: count from 0, or from -1 for the last");
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

/// The flat positions at which `mask` is true. @post the result is not empty
inline at::Tensor rows_of_mask(const at::Tensor& mask, at::IntArrayRef leading, const std::string& in) {
    if (mask.scalar_type() != at::kBool)
        throw TypeError("the mask is " + tensor_text(mask) + ": give a bool tensor, for example scores > 0");
    const bool every_row = mask.dim() == 1 && leading.size() > 1 && mask.size(0) == leading.back();
    if (mask.sizes() != leading && !every_row)
        throw ShapeError("the mask has shape " + shape_text(mask.sizes()) + " but the positions of " + in + " have " +
                         shape_text(leading) + ": give one bool per position, or one per token");
    at::Tensor rows = mask.expand(leading).reshape({-1}).nonzero().reshape({-1});
    if (rows.numel() == 0)
        throw PositionError("the mask is false everywhere and selects nothing: give one that is true somewhere");
    return rows;
}

/// The flat positions of token indices, one or several per row. @post no position is named twice
inline at::Tensor rows_of_index(const RowPositions& where, at::IntArrayRef leading, const std::string& in) {
    if (!at::isIntegralType(where.given.scalar_type(), false))
        throw TypeError("the token index is " + tensor_text(where.given) + ": give integers, as argmax does");
    const at::Tensor index = where.given.to(at::kLong);
    const Index tokens = leading.back();
    const at::IntArrayRef outer = leading.slice(0, leading.size() - 1);
    const bool one = where.what == RowPositions::Kind::one_per_row;
    const bool shared = !one && index.dim() == 1;
    const at::IntArrayRef rows_given =
        one ? index.sizes() : index.sizes().slice(0, index.dim() > 0 ? index.dim() - 1 : 0);
    if (!shared && (rows_given != outer || (!one && index.dim() == 0)))
        throw ShapeError("the token index has shape " + shape_text(index.sizes()) + " but the rows of " + in +
                         " have " + shape_text(outer) + ": give one index (or list of indices) per row");
    if (index.numel() == 0)
        throw PositionError("the token index is empty and selects nothing: name at least one token");
    const Index low = index.min().item<Index>(), high = index.max().item<Index>();
    if (low < -tokens) throw_outside(Axis::token, low, tokens, in);
    if (high >= tokens) throw_outside(Axis::token, high, tokens, in);

    at::Tensor positive = index.remainder(tokens);
    if (!one) {
        const at::Tensor sorted = std::get<0>(positive.sort(-1));
        const Index k = sorted.size(-1);
        if (sorted.narrow(-1, 1, k - 1).eq(sorted.narrow(-1, 0, k - 1)).any().item<bool>())
            throw PositionError("the token index names a token twice in a row: name each token once");
    }
    Index rows = 1;
    for (Index n : outer) rows *= n;
    at::Tensor starts = at::arange(rows, index.options()).mul(tokens);
    if (shared) {
        Shape all(outer.begin(), outer.end());
        all.push_back(index.size(0));
        return starts.unsqueeze(-1).add(positive).reshape(all);
    }
    return (one ? starts.reshape(outer) : starts.reshape(outer).unsqueeze(-1)).add(positive);
}

inline at::Tensor rows_of(const RowPositions& where, const at::Tensor& activation, at::IntArrayRef leading,
                          const std::string& in) {
    if (!where.given.defined()) throw PositionError("the index or mask is an undefined tensor: give it a value");
    if (leading.empty()) throw ShapeError(in + " has no token axis: give it the shape [tokens, channels]");
    if (where.given.is_meta() || activation.is_meta())
        throw TypeError("the values of the index or mask are needed, but the meta device has none: use another device");
    const RowPositions there{where.what, where.given.to(activation.device())};
    return there.what == RowPositions::Kind::where_true ? rows_of_mask(there.given, leading, in)
                                                        : rows_of_index(there, leading, in);
}

/// Resolves a place in an activation whose axes before the channels are `leading`: [..., tokens] with the batch
/// first where there are two or more.
/// @throws PositionError, ShapeError or TypeError, naming what was asked for and what is there
inline ResolvedPlace resolve(const Place& p, const at::Tensor& activation, at::IntArrayRef leading) {
    ResolvedPlace r{p.channels, {}, {}, {}, {}};
    const std::string in = p.in;
    if (p.token) {
        if (leading.empty()) throw ShapeError(in + " has no token axis: give it the shape [tokens, channels] or more");
        r.token = range_of(*p.token, leading.back(), in);
    }
    if (p.batch) {
        if (leading.size() < 2)
            throw ShapeError(in + " has no batch axis: give it the shape [batch, tokens, channels]");
        r.batch = range_of(*p.batch, leading.front(), in);
    }
    if (p.rows) {
        r.rows = rows_of(*p.rows, activation, leading, in);
        r.sizes.append(r.rows.sizes().begin(), r.rows.sizes().end());
    } else {
        for (std::size_t i = 0; i < leading.size(); ++i) {
            const auto& cut = r.token && i + 1 == leading.size() ? r.token : r.batch && i == 0 ? r.batch : std::nullopt;
            if (!cut)
                r.sizes.push_back(leading[i]);
            else if (!cut->single)
                r.sizes.push_back(cut->size);
        }
    }
    if (r.channels.grouped) r.sizes.push_back(r.channels.where.groups);
    r.sizes.push_back(r.channels.where.width);
    return r;
}

/// Cuts the batch and token axes as resolved; the tensor has this number of leading axes. A true view.
inline at::Tensor cut_positions(at::Tensor t, const ResolvedPlace& r, Index leading) {
    const auto cut = [&t](const IndexRange& s, Index axis) {
        t = s.single ? t.select(axis, s.begin) : t.narrow(axis, s.begin, s.size);
    };
    if (r.token) cut(*r.token, leading - 1);
    if (r.batch) cut(*r.batch, 0);
    return t;
}

/// Cuts the channels of the last axis. A true view: flattening the groups would make a copy, and an edit of the copy
/// would be lost.
inline at::Tensor cut_channels(const at::Tensor& t, const ChannelSlice& channels) {
    const StridedSlice& slice = channels.where;
    if (!channels.grouped) return slice.width == t.size(-1) ? t : t.narrow(-1, slice.offset, slice.width);
    const Index span = slice.groups * slice.period;
    const Index start = std::min(slice.offset, t.size(-1) - span);
    const std::array<Index, 2> split{slice.groups, slice.period};
    const at::Tensor groups =
        (span == t.size(-1) ? t : t.narrow(-1, start, span)).unflatten(-1, at::IntArrayRef(split));
    return slice.width == slice.period ? groups : groups.narrow(-1, slice.offset - start, slice.width);
}

/// The place as a tensor. Without row positions it is a true view of `packed` [..., channels]; with them it is a copy
/// of the selected rows, to be read, or to be edited and `put_back`.
inline at::Tensor part_at(const at::Tensor& packed, const ResolvedPlace& r) {
    if (!r.rows.defined()) return cut_channels(cut_positions(packed, r, packed.dim() - 1), r.channels);
    const at::Tensor flat = packed.reshape({-1, packed.size(-1)});
    return cut_channels(flat, r.channels).index_select(0, r.rows.reshape({-1})).reshape(r.sizes);
}

/// Writes back the copy that `part_at` returned for row positions. @pre `packed` is contiguous
inline void put_back(const at::Tensor& packed, const ResolvedPlace& r, const at::Tensor& part) {
    const at::Tensor target = cut_channels(packed.view({-1, packed.size(-1)}), r.channels);
    const at::Tensor rows = r.rows.reshape({-1});
    Shape sizes(target.sizes().begin(), target.sizes().end());
    sizes[0] = rows.numel();
    target.index_copy_(0, rows, part.reshape(sizes));
}
}  // namespace detail

}  // namespace suture
