// Which columns of a pass hold the positions of the sequences that a place names.
// Law: a place behind padding or under a cache selects, of each row, what it selects of that row's sequence alone.
#pragma once

#include "suture/tensor/detail/place_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace suture::detail {

/// The columns of one row, in the order of the positions.
using ColumnsOfRow = std::vector<Index>;

/// Asks a pass for positions of its sequences, row by row.
class PassColumns {
public:
    PassColumns(const SequencePositions& pass, const std::string& in) : pass_(pass), in_(in) {}

    ColumnsOfRow of(Index row, const Position<Axis::token>& asked) const {
        const auto r = static_cast<std::size_t>(row);
        Index from = 0, length = pass_.length[r];
        if (asked.within != CountedIn::sequence) {
            if (pass_.prompt.empty()) check_is_counted(asked, in_);
            const Index prompt = pass_.prompt[r];
            if (asked.within == CountedIn::generated) from = prompt, length -= prompt;
            if (asked.within == CountedIn::prompt) length = std::min(length, prompt);
        }
        const auto counted = [&](Index at) { return at < 0 ? at + length : at; };
        ColumnsOfRow found;
        if (asked.single) {
            add(found, row, counted(asked.begin), length, from, asked.begin);
            return found;
        }
        const Index begin = counted(asked.begin), end = asked.end == to_end ? length : counted(asked.end);
        if (!pass_.is_growing) {
            if (begin < 0 || begin > length) throw_outside_row(row, asked.begin);
            if (end < 0 || end > length) throw_outside_row(row, asked.end < 0 ? asked.end : asked.end - 1);
            if (begin >= end)
                throw PositionError(token_text(asked) + " selects nothing of row " + std::to_string(row) + " of " +
                                    in_ + ", whose sequence has " + count_text(length, "token") +
                                    ": write begin below end");
        }
        const Index first = pass_.first[r] - from;
        for (Index p = std::max<Index>({begin, 0, first}); p < std::min({end, length, first + pass_.columns}); ++p)
            found.push_back(p - first);
        if (!pass_.is_growing && static_cast<Index>(found.size()) != end - begin) throw_not_here(row, begin);
        return found;
    }
    /// The columns of positions of the sequence that were given one by one.
    ColumnsOfRow of(Index row, const Index* asked, Index count) const {
        const Index length = pass_.length[static_cast<std::size_t>(row)];
        ColumnsOfRow found;
        for (Index i = 0; i < count; ++i)
            add(found, row, asked[i] < 0 ? asked[i] + length : asked[i], length, 0, asked[i]);
        if (ColumnsOfRow sorted = found; std::ranges::sort(sorted), std::ranges::adjacent_find(sorted) != sorted.end())
            throw PositionError("the token index names a token twice in row " + std::to_string(row) +
                                ": name each token once");
        return found;
    }
    /// The columns of the positions where a mask [positions of the sequence] is true.
    ColumnsOfRow where_true(Index row, const bool* mask, Index count) const {
        const auto r = static_cast<std::size_t>(row);
        const Index length = pass_.length[r], first = pass_.first[r];
        if (const Index last = std::min(length, first + pass_.columns); last > count)
            throw PositionError("the mask speaks of " + count_text(count, "position") + ", but row " +
                                std::to_string(row) + " of " + in_ + " holds position " + std::to_string(last - 1) +
                                " of its sequence: give a mask for all of the sequence, or name positions");
        ColumnsOfRow found;
        for (Index p = 0; p < count; ++p) {
            if (!mask[p]) continue;
            if (p >= length && !pass_.is_growing)
                throw PositionError("the mask is true at position " + std::to_string(p) + " of row " +
                                    std::to_string(row) + " of " + in_ + ", whose sequence has " +
                                    count_text(length, "token") +
                                    ": a mask counts positions of each row's own sequence, not columns with padding");
            if (p >= first && p < std::min(length, first + pass_.columns)) found.push_back(p - first);
        }
        return found;
    }

private:
    /// @param at counted from 0 @param length of what it is counted in, which begins at the position `from`
    void add(ColumnsOfRow& found, Index row, Index at, Index length, Index from, Index asked) const {
        const bool is_there = at >= 0 && at < length;
        if (!is_there && !pass_.is_growing) throw_outside_row(row, asked);
        const Index column = at + from - pass_.first[static_cast<std::size_t>(row)];
        if (is_there && column >= 0 && column < pass_.columns)
            found.push_back(column);
        else if (!pass_.is_growing)
            throw_not_here(row, at);
    }
    [[noreturn]] void throw_outside_row(Index row, Index at) const {
        throw PositionError("token " + std::to_string(at) + " is outside row " + std::to_string(row) + " of " + in_ +
                            ", whose sequence has " + count_text(pass_.length[static_cast<std::size_t>(row)], "token") +
                            ": count from 0, or from -1 for the last, or name the rows, batch(0)");
    }
    [[noreturn]] void throw_not_here(Index row, Index at) const {
        throw PositionError("token " + std::to_string(at) + " of row " + std::to_string(row) +
                            " is not in this pass of " + in_ + ", which begins at token " +
                            std::to_string(pass_.first[static_cast<std::size_t>(row)]) + ": an earlier pass held it");
    }
    const SequencePositions& pass_;
    const std::string& in_;
};

/// @throws ShapeError unless an activation with these axes has those of the pass
inline void check_is_of_pass(const SequencePositions& pass, at::IntArrayRef leading, const AxisOrder& axes,
                             const std::string& in) {
    const auto has = [&](Index axis, Index size) {
        return axis < 0 ? size == 1 : leading[static_cast<std::size_t>(axis)] == size;
    };
    if (axes.token >= 0 && has(axes.token, pass.columns) && has(axes.batch, pass.rows())) return;
    throw ShapeError(in + " has the axes " + shape_text(leading) + " before its channels, but the pass holds [" +
                     std::to_string(pass.rows()) + ", " + std::to_string(pass.columns) +
                     "] positions of sequences: name no token there, or give that site [batch, tokens, channels]");
}

/// Changes positions of the sequences into those of an activation of the pass.
/// @param leading the activation's axes before the channels @param order which they are
/// @return whether the pass holds any of them
/// @throws PositionError if the sequences have no such positions; ShapeError or TypeError as `resolve`
inline bool in_columns(Positions& at, const SequencePositions& pass, at::IntArrayRef leading, const AxisOrder& order,
                       const at::Tensor& activation, const std::string& in) {
    if (!at.token && !at.rows) return true;
    const AxisOrder axes = axes_among(order, leading, in);
    check_is_of_pass(pass, leading, axes, in);
    const PassColumns columns(pass, in);
    IndexRange rows{0, pass.rows(), false};
    if (at.batch) rows = range_of(*at.batch, pass.rows(), in);

    std::vector<ColumnsOfRow> found;
    bool keeps_tokens = true;
    if (at.token) {
        for (Index r = 0; r < rows.size; ++r) found.push_back(columns.of(rows.begin + r, *at.token));
        keeps_tokens = !at.token->single;
    } else {
        const RowPositions asked = at.rows->now();
        if (!asked.given.defined()) throw PositionError("the index or mask is an undefined tensor: give it a value");
        if (asked.given.is_meta() || activation.is_meta())
            throw TypeError(
                "the values of the index or mask are needed, but the meta device has none: use another device");
        const bool is_mask = asked.what == RowPositions::Kind::where_true;
        const bool one = asked.what == RowPositions::Kind::one_per_row;
        if (is_mask ? asked.given.scalar_type() != at::kBool : !at::isIntegralType(asked.given.scalar_type(), false))
            throw TypeError(
                (is_mask ? "the mask is " : "the token index is ") + tensor_text(asked.given) +
                (is_mask ? ": give a bool tensor, for example scores > 0" : ": give integers, as argmax does"));
        const bool by_row = one || asked.given.dim() == 2;
        if (asked.given.dim() != (one ? 1 : by_row ? 2 : 1) || (by_row && asked.given.size(0) != pass.rows()))
            throw ShapeError(std::string("the ") + (is_mask ? "mask" : "token index") + " has shape " +
                             shape_text(asked.given.sizes()) + " for " + count_text(pass.rows(), "row") + " of " + in +
                             ": give " + (one ? "one position per row" : "a list of positions, or one per row"));
        const at::Tensor given = asked.given.detach().to(at::kCPU, is_mask ? at::kBool : at::kLong).contiguous();
        const Index count = one ? 1 : given.size(-1);
        for (Index r = 0; r < rows.size; ++r) {
            const Index offset = by_row ? (rows.begin + r) * count : 0;
            found.push_back(is_mask ? columns.where_true(rows.begin + r, given.data_ptr<bool>() + offset, count)
                                    : columns.of(rows.begin + r, given.data_ptr<Index>() + offset, count));
        }
        keeps_tokens = !one;
        at.is_ragged = is_mask;
    }
    if (std::ranges::all_of(found, [](const ColumnsOfRow& c) { return c.empty(); })) return false;

    const bool is_alike =
        std::ranges::all_of(found, [&](const ColumnsOfRow& c) { return c.size() == found[0].size(); });
    if (at.token && std::ranges::all_of(found, [&](const ColumnsOfRow& c) { return c == found[0]; })) {
        at.token = Position<Axis::token>{found[0].front(), keeps_tokens ? found[0].back() + 1 : found[0].front(),
                                         !keeps_tokens};
        return true;
    }
    if (axes.count > 2 || axes.token < axes.batch)
        throw ShapeError(in + " has the axes " + shape_text(leading) +
                         " before its channels, and its rows hold the positions in different columns: give that site "
                         "[batch, tokens, channels]");
    std::vector<Index> flat;
    for (Index r = 0; r < rows.size; ++r)
        for (const Index c : found[static_cast<std::size_t>(r)]) flat.push_back((rows.begin + r) * pass.columns + c);
    at.flat = index_tensor(flat).to(activation.device());
    at.is_ragged = at.is_ragged || !is_alike;
    if (!at.is_ragged) {
        Shape sizes;
        if (!rows.single) sizes.push_back(rows.size);
        if (keeps_tokens) sizes.push_back(static_cast<Index>(found[0].size()));
        at.flat = at.flat.reshape(sizes);
    }
    return true;
}

}  // namespace suture::detail
