// Cuts: tensors that hold only some positions of an activation, and what places mean in them.
#pragma once

#include "suture/tensor/detail/columns.hpp"
#include "suture/tensor/detail/place_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"

#include <memory>
#include <optional>
#include <string>

namespace suture::detail {

/// The positions of an activation that a View holds, and the axes that the activation had before its channels.
struct Cut {
    Positions positions;
    Shape leading;
    bool is_named = false;  ///< the program named the View's place, and may inject it at other positions
    std::shared_ptr<const SequencePositions> pass =
        nullptr;  ///< where the columns stand; null if they are the positions

    /// Whether all of the activation is there, so that only the numbers of its positions are in question.
    bool is_whole() const { return positions.is_everywhere(); }
};

inline bool is_same(const at::Tensor& a, const at::Tensor& b) {
    if (!a.defined() || !b.defined() || a.is_same(b)) return a.defined() == b.defined();
    return a.scalar_type() == b.scalar_type() && a.device() == b.device() && !a.is_meta() && a.equal(b);
}
inline bool is_same(const std::optional<RowPositions>& a, const std::optional<RowPositions>& b) {
    if (!a || !b) return !a && !b;
    const auto numbers = [](const at::Tensor& t) {  // whatever integers they are
        return t.defined() && at::isIntegralType(t.scalar_type(), false) ? t.to(at::kLong) : t;
    };
    return a->what == b->what && is_same(numbers(a->now().given), numbers(b->now().given));
}
inline bool is_same(const Positions& a, const Positions& b) {
    return a.batch == b.batch && a.token == b.token && is_same(a.rows, b.rows);
}
/// The positions with negative numbers resolved against these axes, which are in this order.
inline Positions counted_from_front(Positions p, at::IntArrayRef leading, const AxisOrder& order = {}) {
    const auto resolved = [](auto& position, Index size) {
        if (!position) return;
        if (position->begin < 0) position->begin += size;
        if (position->end < 0) position->end += size;
        if (position->end == to_end) position->end = size;
        if (position->single) position->end = position->begin;
    };
    const AxisOrder axes = order.among(static_cast<Index>(leading.size()));
    if (axes.token >= 0) resolved(p.token, leading[static_cast<std::size_t>(axes.token)]);
    if (axes.batch >= 0) resolved(p.batch, leading[static_cast<std::size_t>(axes.batch)]);
    return p;
}
/// @throws PositionError unless the positions asked for, in an activation with these axes, are those that were recorded
inline void check_same_positions(const Cut& cut, const Positions& asked, at::IntArrayRef leading,
                                 const AxisOrder& axes = {}, const SequencePositions* pass = nullptr) {
    if (is_same(cut.positions, asked)) return;
    if (!cut.pass && !pass &&
        is_same(counted_from_front(cut.positions, cut.leading, axes), counted_from_front(asked, leading, axes)))
        return;
    throw PositionError("the injected View holds " + positions_text(cut.positions) + " but the edit is at " +
                        positions_text(asked) +
                        ": record and edit the same, or inject its values as a tensor, at::Tensor(view.clone())");
}
/// Whether two activations stand at the same positions of their sequences.
inline bool is_same(const std::shared_ptr<const SequencePositions>& a,
                    const std::shared_ptr<const SequencePositions>& b) {
    return a == b || (a && b && *a == *b);
}
/// The same positions, named.
inline std::shared_ptr<const Cut> named(const std::shared_ptr<const Cut>& cut) {
    return cut && !cut->is_whole() ? std::make_shared<const Cut>(Cut{cut->positions, cut->leading, true, cut->pass})
                                   : cut;
}

/// Whether the positions of a cut are those of a mask, on one axis.
inline bool is_masked(const Cut& cut) {
    return cut.positions.rows && cut.positions.rows->what == RowPositions::Kind::where_true;
}
/// Whether the cut dropped the token axis.
inline bool is_one_token(const Cut& cut) {
    const Positions& held = cut.positions;
    return (held.token && held.token->single) || (held.rows && held.rows->what == RowPositions::Kind::one_per_row);
}
/// The order of the axes that a cut of an activation keeps, if its layout names them.
inline AxisOrder axes_held(const Cut* cut, AxisOrder axes) {
    if (!cut || axes.is_free()) return axes;
    if (is_masked(*cut)) return {1, -1, -1, -1};
    if (cut->positions.batch && cut->positions.batch->single) axes = axes.without(Axis::batch);
    if (is_one_token(*cut)) axes = axes.without(Axis::token);
    return axes;
}

/// Adapts a place, and the tensor in which it is looked for, to a tensor that holds only some positions of an activation:
/// a token axis that was dropped must not be looked for among the rows of the batch, and positions of sequences are not the
/// columns of a pass.
/// @return whether any of the positions are there: a later pass may bring them
/// @throws PositionError if the place names positions that the tensor does not tell apart
[[nodiscard]] inline bool look_within(const Cut& cut, PlaceValue& asked, at::Tensor& t) {
    Positions& at = asked.positions;
    if (cut.is_whole()) return !cut.pass || in_columns(at, *cut.pass, leading_axes(t), asked.part.axes, t, asked.in);
    const auto refuse = [&] {
        throw PositionError("this holds " + positions_text(cut.positions) + " of an activation, but the place names " +
                            positions_text(at) + ": name no position in it, or keep more of the activation");
    };
    const std::optional<RowPositions>& rows = cut.positions.rows;
    const bool names_head = asked.part.has_head_axis() && asked.channels.heads != ChannelWhere::Heads::together;
    if (is_masked(cut) && (!at.is_everywhere() || names_head)) refuse();
    if (cut.positions.batch && cut.positions.batch->single && at.batch) {
        if (at.batch != cut.positions.batch) refuse();
        at.batch.reset();
    }
    const bool one_token = is_one_token(cut);
    if (one_token && ((at.token && at.token != cut.positions.token) || (at.rows && !is_same(at.rows, rows)))) refuse();
    if (one_token) at.rows.reset();
    if (!asked.part.axes.is_free()) {  // the axes that are left are known by name
        asked.part.axes = axes_held(&cut, asked.part.axes);
        if (one_token) at.token.reset();
    } else if (one_token) {
        at.token = token(0);
        t = t.unsqueeze(-2);
    }
    return true;
}
/// The same. @throws PositionError also if none of the positions are there
inline void look_only_within(const Cut& cut, PlaceValue& asked, at::Tensor& t) {
    const Positions named = asked.positions;
    if (look_within(cut, asked, t)) return;
    throw PositionError(positions_text(named) + " is in no row of this pass of " + asked.in +
                        ", but in an earlier or a later one: ask for it there");
}

/// @throws PositionError unless an injected View and the activation stand at the same positions of their sequences
inline void check_same_pass(const std::shared_ptr<const SequencePositions>& value,
                            const std::shared_ptr<const SequencePositions>& activation) {
    if (is_same(value, activation)) return;
    throw PositionError(
        "the injected View and the activation stand at different positions of their sequences, behind other padding or "
        "in "
        "another pass: name the positions, on<C>(tokens(0, 3)), or inject its values as a tensor, "
        "at::Tensor(view.clone())");
}

/// Where a value is injected: the place, as positions of the activation, the activation's axes before its channels, and the
/// shape of the selection.
struct InjectedAt {
    PlaceValue asked;
    Shape leading;
    at::IntArrayRef selection;
    std::shared_ptr<const SequencePositions> pass = nullptr;  ///< @see Cut
};

/// The place in `t`, which holds all of an activation, or only the positions of a cut.
inline InjectedAt injected_at(const std::shared_ptr<const Cut>& cut, const PlaceValue& asked, const at::Tensor& t) {
    const at::IntArrayRef axes = leading_axes(t);
    if (!cut) return {asked, Shape(axes.begin(), axes.end()), {}};
    InjectedAt at{asked, cut->leading, {}, cut->pass};
    if (asked.positions.is_everywhere()) at.asked.positions = cut->positions;
    return at;
}

/// @throws TypeError if a value has other numbers than what it is injected into, where the compiler does not know them
inline void check_held(const LayoutFacts& value, const InjectedAt& at) {
    const LayoutFacts* const held = at.asked.held;
    if (held == nullptr || held == &value || are_same_numbers(*held, value)) return;
    throw TypeError("the injected View holds " + layout_text(value) + " but the edit is in " + layout_text(*held) +
                    ": inject the same component, or take its values with read()");
}

/// The values of a named place, for the place where they are injected. One vector (or one for each
/// head) is used at every position; rows of a batch must not be taken for tokens.
/// @throws ShapeError if the two places have different shapes
inline at::Tensor fitting_piece(const at::Tensor& piece, const InjectedAt& at) {
    const at::IntArrayRef mine = piece.sizes(), theirs = at.selection;
    const bool by_head = !at.asked.part.has_head_axis() &&
                         (at.asked.heads.defined() || at.asked.channels.heads == ChannelWhere::Heads::several);
    bool fits = mine.size() == theirs.size() || mine.size() <= (by_head ? 2 : 1);
    for (std::size_t i = 1; fits && i <= mine.size(); ++i)
        fits = mine[mine.size() - i] == theirs[theirs.size() - i] || mine[mine.size() - i] == 1;
    if (!fits)
        throw ShapeError("the injected place has shape " + shape_text(mine) + " but the edited one has " +
                         shape_text(theirs) + ": name places of one shape, or inject its values with clone()");
    return piece;
}

/// The positions that two tensors hold, if they are combined; null if they hold all of them.
/// @throws PositionError if they hold different ones
inline std::shared_ptr<const Cut> joined_cut(const std::shared_ptr<const Cut>& a, const std::shared_ptr<const Cut>& b,
                                             const AxisOrder& axes = {}) {
    if (!a || !b) return a ? a : b;
    if (!is_same(a->pass, b->pass))
        throw PositionError(
            "these stand at different positions of their sequences: combine activations of passes with the same "
            "padding, or "
            "plain tensors, at::Tensor(x.clone())");
    if (!is_same(a->positions, b->positions) &&
        (a->pass || !is_same(counted_from_front(a->positions, a->leading, axes),
                             counted_from_front(b->positions, b->leading, axes))))
        throw PositionError("these hold " + positions_text(a->positions) + " and " + positions_text(b->positions) +
                            " of an activation: combine the same positions, or plain tensors, at::Tensor(x.clone())");
    return a;
}

}  // namespace suture::detail
