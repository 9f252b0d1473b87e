// Operations: how an edit changes the part it selects. Each has `prepare`, which checks everything and writes nothing,
// `write`, which changes the part in place, and `text`.
#pragma once

#include "suture/edit/slot.hpp"
#include "suture/tensor/detail/place_text.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/detail/write_watch.hpp"
#include "suture/tensor/view.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace suture::detail {

/// The activation an edit is about to change, and where.
struct EditTarget {
    const at::Tensor& packed;
    const InjectedAt& at;
    const ResolvedPlace& where;
};

/// The results of `prepare` that `write` needs: the value, and the axes to average over.
struct Prepared {
    NumberOrTensor with = at::Scalar(0);
    Shape dims;
};

// The values of set, add and multiply.

/// Zero, which takes no byte to remember.
struct ZeroValue {};

inline std::string value_text(ZeroValue) { return "0"; }
inline std::string value_text(Number auto n) { return c10::str(+n); }
inline std::string value_text(const SlotReader& s) { return "slot (" + value_text(s.cell->load()) + ")"; }
template <class X>
std::string value_text(const View<X>& v) {
    return "view (" + dtype_text(v.dtype()) + " " + shape_text(v.sizes()) + ")";
}
template <class X>
std::string value_text(const Piece<X>& p) {
    return "piece (" + dtype_text(p.dtype()) + " " + shape_text(p.sizes()) + ")";
}

inline NumberOrTensor value_at(ZeroValue, const EditTarget&) { return at::Scalar(0); }
inline NumberOrTensor value_at(Number auto n, const EditTarget&) { return scalar_of(n); }
inline NumberOrTensor value_at(const at::Tensor& t, const EditTarget&) { return t; }
inline NumberOrTensor value_at(const SlotReader& s, const EditTarget&) {
    at::Tensor t = s.cell->load();
    if (!t.defined()) throw ValueError("the slot is empty: assign a tensor to it first");
    return t;
}
template <class X>
NumberOrTensor value_at(const View<X>& v, const EditTarget& t) {
    return Access::injected(v, t.at);
}
template <class X>
NumberOrTensor value_at(const Piece<X>& p, const EditTarget& t) {
    return Access::injected(p, t.at);
}

/// set, add, subtract, multiply and divide.
template <Update How, class V>
struct ValueUpdate {
    [[no_unique_address]] V given;

    Prepared prepare(const EditTarget& t) const {
        return {checked(How, value_at(given, t), t.packed, t.where.sizes), {}};
    }
    static constexpr Update updates = How;
    std::string text() const {
        constexpr const char* symbol = How == Update::set        ? "= "
                                       : How == Update::add      ? "+= "
                                       : How == Update::subtract ? "-= "
                                       : How == Update::multiply ? "*= "
                                                                 : "/= ";
        return symbol + value_text(given);
    }
};

/// @throws TypeError unless the activation has a floating-point dtype
inline void check_floating(const at::Tensor& activation, const char* what) {
    if (!activation.is_floating_point())
        throw TypeError(std::string(what) + " needs floating-point numbers but the activation is " +
                        dtype_text(activation.scalar_type()) + ": convert it with to()");
}

/// The values of a part in the shape of its selection, for computing: a contiguous copy, so that sums have the same order in every mode, and so that
/// the values saved by autograd survive the write to the part. 16-bit floats are widened to float32.
inline at::Tensor values_of(const at::Tensor& part, at::IntArrayRef selection) {
    const bool half = part.scalar_type() == at::kHalf || part.scalar_type() == at::kBFloat16;
    return (half ? part.to(at::kFloat).contiguous() : fresh_copy(part)).reshape(selection);
}
inline at::Tensor values_of(const at::Tensor& part) { return values_of(part, part.sizes()); }
/// Writes values of the shape of the selection, or of one that broadcasts to it, into the part.
inline void write_back(const at::Tensor& part, const ResolvedPlace& where, const at::Tensor& values) {
    part.copy_(shaped_like(values, part, where.sizes));
}

/// clamp: limits the part to [low, high].
struct Clamp {
    double low, high;

    Prepared prepare(const EditTarget& t) const {
        if (std::isnan(low) || std::isnan(high))
            throw ValueError("a bound of clamp is NaN: give a number, or infinity for no bound");
        if (low > high)
            throw ValueError("clamp from " + c10::str(low) + " to " + c10::str(high) + ": give the lower bound first");
        if (t.packed.is_complex() || t.packed.scalar_type() == at::kBool)
            throw TypeError("clamp needs real numbers but the activation is " + dtype_text(t.packed.scalar_type()) +
                            ": convert it with to()");
        (void)limit(t.packed.new_empty({0}));
        return {};
    }
    void write(const at::Tensor& part, const ResolvedPlace&, const Prepared&) const { part.copy_(limit(part)); }
    std::string text() const { return "= clamp(" + c10::str(low) + ", " + c10::str(high) + ")"; }

private:
    /// @throws ValueError if the dtype cannot hold a bound
    at::Tensor limit(const at::Tensor& part) const {
        const double most = largest(part.scalar_type());
        at::Tensor limited = values_of(part);
        if (low >= -most) limited = limited.clamp_min(fitted(low, part.scalar_type()));
        if (high <= most) limited = limited.clamp_max(fitted(high, part.scalar_type()));
        return limited;
    }
};

/// noise: adds independent normal numbers with mean 0.
struct Noise {
    double stddev;
    at::Generator generator;  ///< undefined: the device's default generator

    Prepared prepare(const EditTarget& t) const {
        check_floating(t.packed, "noise");
        if (!(stddev >= 0) || !std::isfinite(stddev))
            throw ValueError("noise of standard deviation " + c10::str(stddev) + ": give a finite one, 0 or more");
        (void)fitted(stddev, t.packed.scalar_type());
        if (generator.defined() && generator.device().type() != t.packed.device().type())
            throw TypeError("the generator is on " + generator.device().str() + " but the activation is on " +
                            t.packed.device().str() + ": make one for that device");
        return {};
    }
    void write(const at::Tensor& part, const ResolvedPlace&, const Prepared&) const {
        const auto type = part.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
        part.add_(at::randn(part.sizes(), generator, part.options().dtype(type)).mul(stddev).to(part.scalar_type()));
    }
    std::string text() const { return "+= noise(" + c10::str(stddev) + ")"; }
};

/// mean_over: replaces the part by its mean over tokens, batch rows, heads, or several of these.
struct MeanOver {
    bool over_batch = false, over_tokens = false, over_heads = false, over_others = false;

    Prepared prepare(const EditTarget& t) const {
        check_floating(t.packed, "mean_over");
        if (over_others)
            throw ValueError(
                "mean_over takes Axis::batch, Axis::token and Axis::head: average over other axes by apply()");
        Prepared p;
        if (t.where.is_ragged && over_tokens)
            throw ValueError(
                "mean_over(Axis::token) of rows that have different numbers of these positions: name as many in each, "
                "or one "
                "row at a time, batch(0)");
        const std::optional<RowPositions>& rows = t.at.asked.positions.rows;
        if (rows && rows->what == RowPositions::Kind::where_true) {
            const bool has_batch = t.where.axes.batch >= 0;
            const bool merges_heads = t.where.axes.head >= 0 && t.at.asked.channels.heads != ChannelWhere::Heads::one;
            if (over_batch && !has_batch) refuse_batch();
            if (merges_heads && !over_heads)
                throw ValueError(
                    "a mask selects positions across heads: name one head, or average over Axis::head too");
            if (over_heads && !merges_heads) p.dims.push_back(head_axis(t, -1));
            if (over_heads && !merges_heads && !over_tokens && !over_batch) return p;
            if (!over_tokens || has_batch != over_batch)
                throw ValueError("a mask selects positions across rows: average over Axis::batch and Axis::token");
            p.dims.push_back(0);
            return p;
        }
        const AxisOrder kept = axes_kept(t);
        if (over_tokens && kept.token < 0)
            throw ValueError("mean_over(Axis::token) of one token: select several, or average over Axis::batch");
        if (over_batch && kept.batch < 0) refuse_batch();
        if (over_batch) p.dims.push_back(kept.batch);
        if (over_tokens) p.dims.push_back(kept.token);
        if (over_heads) p.dims.push_back(head_axis(t, kept.head));
        return p;
    }
    void write(const at::Tensor& part, const ResolvedPlace& where, const Prepared& p) const {
        write_back(part, where, values_of(part, where.sizes).mean(p.dims, true).to(part.scalar_type()));
    }
    std::string text() const {
        std::string axes;
        const auto add = [&axes](bool over, const char* name) {
            if (over) axes += (axes.empty() ? "" : " and ") + std::string(name);
        };
        add(over_batch, "batch"), add(over_tokens, "tokens"), add(over_heads, "heads"), add(over_others, "others");
        return "= mean over " + axes;
    }

private:
    [[noreturn]] static void refuse_batch() {
        throw ValueError("mean_over(Axis::batch) without a batch axis: select several rows, or use Axis::token");
    }
    /// The axes that the selection keeps. @pre its positions are not those of a mask
    static AxisOrder axes_kept(const EditTarget& t) {
        const std::optional<RowPositions>& rows = t.at.asked.positions.rows;
        AxisOrder kept = t.where.axes;
        if ((t.where.token && t.where.token->single) || (rows && rows->what == RowPositions::Kind::one_per_row))
            kept = kept.without(Axis::token);
        if (t.where.batch && t.where.batch->single) kept = kept.without(Axis::batch);
        if (t.where.head && t.where.head->single) kept = kept.without(Axis::head);
        return kept;
    }
    /// The axis of the heads in the selection: the last but one where heads are channels.
    static Index head_axis(const EditTarget& t, Index kept) {
        const PlaceValue& asked = t.at.asked;
        const bool several = asked.channels.heads == ChannelWhere::Heads::several;
        if (!asked.part.has_head_axis() && several) return static_cast<Index>(t.where.sizes.size()) - 2;
        if (kept < 0)
            throw ValueError("mean_over(Axis::head) without an axis of heads: select several, on<C>(heads())");
        return kept;
    }
};

/// @throws Error unless `direction` has the channels of the part on its last axis and a finite, positive length
inline void check_direction(const at::Tensor& direction, const EditTarget& t, const char* what) {
    check_floating(t.packed, what);
    check_like(direction, t.packed, "the direction");
    const at::IntArrayRef part = t.where.sizes;
    if (direction.dim() == 0 || direction.size(-1) != part.back())
        throw ShapeError("the direction has shape " + shape_text(direction.sizes()) + " but the part to edit has " +
                         shape_text(part) + ": give it the channels on its last axis");
    check_broadcast(direction.sizes(), part, "the direction");
    if (direction.is_meta()) return;
    const at::Tensor peak = values_of(direction.detach()).abs().amax(-1);
    if (!peak.gt(0).logical_and(peak.isfinite()).all().item<bool>())
        throw ValueError("the direction has length zero or is not finite: give a finite, nonzero direction");
}

/// The direction scaled to length 1. It is scaled by its largest channel first, so that squares neither vanish nor
/// overflow. On the meta device, where LibTorch 1.13 has no abs, only its shape matters.
inline at::Tensor unit(const at::Tensor& direction) {
    const at::Tensor wide = values_of(direction);
    if (wide.is_meta()) return wide;
    const at::Tensor scaled = wide.div(wide.detach().abs().amax(-1, true));
    return scaled.div(scaled.norm(2, -1, true));
}

/// project_out: subtracts the component along the direction.
struct ProjectOut {
    at::Tensor direction;

    Prepared prepare(const EditTarget& t) const {
        check_direction(direction, t, "project_out");
        return {unit(direction), {}};
    }
    void write(const at::Tensor& part, const ResolvedPlace& where, const Prepared& p) const {
        const at::Tensor values = values_of(part, where.sizes), along = p.with.tensor;
        write_back(part, where, values.sub(values.mul(along).sum(-1, true).mul(along)).to(part.scalar_type()));
    }
    std::string text() const { return "project out " + value_text(direction); }
};

/// steer: adds `amount` units of length along the direction.
struct Steer {
    at::Tensor direction;
    double amount;

    Prepared prepare(const EditTarget& t) const {
        check_direction(direction, t, "steer");
        if (!std::isfinite(amount)) throw ValueError("steer by " + c10::str(amount) + ": give a finite amount");
        (void)fitted(amount, t.packed.scalar_type());
        return {unit(direction).mul(amount).to(t.packed.scalar_type()), {}};
    }
    void write(const at::Tensor& part, const ResolvedPlace& where, const Prepared& p) const {
        part.add_(shaped_like(p.with.tensor, part, where.sizes));
    }
    std::string text() const { return "+= " + c10::str(amount) + " along " + value_text(direction); }
};

/// apply: replaces the part by the result of a function.
template <class F>
struct Apply {
    [[no_unique_address]] F function;
    static constexpr bool calls_back = true;

    Prepared prepare(const EditTarget&) const { return {}; }
    void write(const at::Tensor& part, const ResolvedPlace& where, const Prepared&) const {
        const at::Tensor result = function(fresh_copy(part).reshape(where.sizes));
        const std::string name = "the result of the function given to apply()";
        check_like(result, part, name);
        check_broadcast(result.sizes(), where.sizes, name);
        write_back(part, where, result);
    }
    std::string text() const { return "= apply(function)"; }
};

/// Whether the operation calls code that may throw after an earlier edit of the recipe has written.
template <class Op>
inline constexpr bool calls_back = requires {
    requires Op::calls_back;
};

}  // namespace suture::detail
