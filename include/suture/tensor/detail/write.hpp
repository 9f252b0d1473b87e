// Writing: the operations that change a part of storage that nobody else holds, and the checks made before the first
// byte is written. Only Owned and the edits call these.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/plain_storage.hpp"
#include "suture/tensor/detail/update.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/torch.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace suture::detail {

inline std::string components_text(const LayoutFacts& layout) {
    std::string text;
    for (const ComponentFacts& c : layout)
        text += (text.empty() ? "" : " + ") + std::string(c.name) + " " + std::to_string(c.width);
    return layout.groups == 1 ? text : std::to_string(layout.groups) + " x (" + text + ")";
}

inline bool is_dense(const at::Tensor& t) { return !t.is_quantized() && !t.is_nested() && t.layout() == at::kStrided; }
/// Why a tensor is not dense, and the call that makes it dense: {"Sparse", "to_dense()"}. Empty if it is dense.
inline std::pair<std::string, std::string> other_storage(const at::Tensor& t) {
    if (t.is_quantized()) return {"quantized", "dequantize()"};
    if (t.is_nested()) return {"nested", "to_padded_tensor()"};
    if (t.layout() != at::kStrided) return {c10::str(t.layout()), "to_dense()"};
    return {};
}

/// @throws TypeError or ShapeError unless `t` is a dense tensor with an axis of channels; `expected()` begins the
///         message
template <class Expected>
void check_has_channels(const at::Tensor& t, const Expected& expected) {
    if (!t.defined()) throw TypeError(expected() + " but the tensor is undefined: run its module first");
    if (!is_dense(t)) [[unlikely]]
        if (const auto [kind, remedy] = other_storage(t); !kind.empty())
            throw TypeError(expected() + " but the tensor is " + kind + ": convert it with " + remedy);
    if (t.dim() == 0) throw ShapeError(expected() + " but the tensor has no axes: give it at least the channels");
}

/// Whether these are sizes of an activation that is packed so.
inline bool is_packed(at::IntArrayRef sizes, const LayoutFacts& layout) {
    return !sizes.empty() && sizes.back() == layout.width &&
           (layout.axes.is_free() || sizes.size() == static_cast<std::size_t>(layout.axes.count) + 1);
}

/// @throws TypeError or ShapeError, if there is a reason to: @see check_packed
[[gnu::cold]] inline void refuse_unless_packed(const at::Tensor& t, const LayoutFacts& layout) {
    const auto expected = [&] {
        return layout_text(layout) + " needs " + axes_text(layout) + " (" + components_text(layout) + ")";
    };
    check_has_channels(t, expected);
    if (!is_packed(t.sizes(), layout))
        throw ShapeError(expected() + " but the tensor is " + tensor_text(t) +
                         ": pass the activation that this layout describes");
}

/// @throws TypeError or ShapeError unless `t` is a dense tensor with the layout's width on its last axis, and the axes
///         that the layout names before it
inline void check_packed(const at::Tensor& t, const LayoutFacts& layout) {
    if (t.defined() && is_dense(t))
        if (is_packed(t.sizes(), layout)) [[likely]]
            return;
    refuse_unless_packed(t, layout);
}

/// The numbers of a layout in an activation, whose width tells the one that its type leaves dynamic.
/// @throws TypeError or ShapeError unless the tensor is dense and has such a width
template <Layout X>
    requires is_deducible<X> Extents<X> extents_in(const at::Tensor& t) {
        if constexpr (is_static<X>) {
            return {};  // whoever uses them checks the tensor
        } else {
            check_has_channels(t, [] { return layout_text(facts_of<X>) + " needs [..., channels]"; });
            // Activations of one width follow each other.
            static thread_local std::optional<Extents<X>> last;
            if (!last || last->width() != t.size(-1)) last = Extents<X>::of_width(t.size(-1));
            return *last;
        }
    }
/// The same where they may be known. @pre they are known, or the width tells them
template <Layout X>
Extents<X> extents_in(const at::Tensor& t, const KnownExtents<X>& known) {
    if constexpr (is_deducible<X>)
        return known.is_known() ? known.get() : extents_in<X>(t);
    else
        return known.get();
}

/// @throws OwnershipError unless the tensor and its storage are held by this one handle and may be written
inline void check_held_once(const at::Tensor& t) {
    const auto refuse = [](const char* why) {
        throw OwnershipError(std::string("adopt needs a tensor that nobody else holds, but ") + why +
                             ": use borrow<Layout>(tensor).clone()");
    };
    if (t.is_leaf() && t.requires_grad()) refuse("this is a leaf that collects gradients");
    if (t.is_view()) refuse("this is a view of another tensor");
    if (t.is_inference() && !c10::InferenceMode::is_enabled()) refuse("this was made in inference mode");
    if (t.use_count() != 1 || t.weak_use_count() != 1) refuse("another handle holds this one");
    if (t.storage().use_count() != 1) refuse("its storage is held elsewhere");
    if (!t.storage().unsafeGetStorageImpl()->resizable()) refuse("its memory was borrowed by from_blob");
    if (!t.is_contiguous()) refuse("this is not contiguous");
}

/// The largest finite number of a floating-point dtype, or of the parts of a complex one.
inline double largest(at::ScalarType type) {
    switch (type) {
        case at::kHalf:
        case at::kComplexHalf:
            return 65504.0;
        case at::kBFloat16:
            return 3.3895313892515355e38;
        case at::kFloat:
        case at::kComplexFloat:
            return std::numeric_limits<float>::max();
        default:
            return std::numeric_limits<double>::max();
    }
}

inline bool fits_integers(const at::Scalar& s, at::ScalarType type) {
    if (s.isComplex()) return false;
    if (s.isFloatingPoint()) {
        const double d = s.toDouble();
        if (!(std::trunc(d) == d) || !(std::abs(d) < 9.2e18)) return false;
    }
    const auto n = s.to<std::int64_t>();
    switch (type) {
        case at::kBool:
            return n == 0 || n == 1;
        case at::kByte:
            return n >= 0 && n <= 255;
        case at::kChar:
            return n >= -128 && n <= 127;
        case at::kShort:
            return n >= -32768 && n <= 32767;
        case at::kInt:
            return n >= -2147483648LL && n <= 2147483647LL;
        default:
            return true;
    }
}

/// NaN and infinity fit; a finite number that would become infinite does not, nor a complex one with such a part.
inline bool fits_floats(const at::Scalar& s, at::ScalarType type) {
    const auto beyond = [type](double part) { return std::isfinite(part) && std::abs(part) > largest(type); };
    const c10::complex<double> z = s.toComplexDouble();
    return !beyond(z.real()) && !beyond(z.imag());
}

/// The number as operations on this dtype take it: an integer for integer dtypes, which LibTorch would otherwise
/// promote. @throws ValueError if the dtype cannot hold the number: LibTorch would truncate it silently
inline at::Scalar fitted(const at::Scalar& s, at::ScalarType type) {
    if (s.isComplex() && !at::isComplexType(type))
        throw ValueError("a complex number does not fit " + dtype_text(type) + ": give a real one");
    const bool whole = at::isIntegralType(type, true);
    if (s.isBoolean() && !whole) return at::Scalar(s.toBool() ? 1.0 : 0.0);  // LibTorch has no arithmetic with bools
    if (!(whole ? fits_integers(s, type) : fits_floats(s, type)))
        throw ValueError(c10::str(s) + " does not fit " + dtype_text(type) + ": give a number that it can hold");
    return whole ? at::Scalar(s.to<std::int64_t>()) : s;
}

/// `name` is the operand in messages. @throws TypeError unless it has the dtype and device of the activation
inline void check_like(const at::Tensor& operand, const at::Tensor& activation, const std::string& name) {
    if (!operand.defined()) throw TypeError(name + " is undefined: give it a value");
    if (const auto [kind, remedy] = other_storage(operand); !kind.empty())
        throw TypeError(name + " is " + kind + ", not dense: convert it with " + remedy);
    if (operand.scalar_type() != activation.scalar_type())
        throw TypeError(name + " is " + dtype_text(operand.scalar_type()) + " but the activation is " +
                        dtype_text(activation.scalar_type()) + ": convert it with to()");
    if (operand.device() != activation.device())
        throw TypeError(name + " is on " + operand.device().str() + " but the activation is on " +
                        activation.device().str() + ": move it with to()");
}

/// @throws ShapeError unless a tensor of shape `from` can be expanded to `to`
inline void check_broadcast(at::IntArrayRef from, at::IntArrayRef to, const std::string& name) {
    bool fits = from.size() <= to.size();
    for (std::size_t i = 1; fits && i <= from.size(); ++i)
        fits = from[from.size() - i] == 1 || from[from.size() - i] == to[to.size() - i];
    if (!fits)
        throw ShapeError(name + " has shape " + shape_text(from) + " but the part to edit has " + shape_text(to) +
                         ": give it that shape, or one that broadcasts to it");
}

/// @throws OwnershipError if the storage cannot be written in this mode
inline void check_writable(const at::Tensor& packed) {
    if (packed.is_inference() && !c10::InferenceMode::is_enabled())
        throw OwnershipError("this Owned was made in inference mode and can only be edited there: clone() it first");
}

/// The value as `write_value` takes it.
/// @throws Error unless it can change a part of this shape of `activation`
inline NumberOrTensor checked(Update how, NumberOrTensor with, const at::Tensor& activation, at::IntArrayRef part) {
    if (how != Update::set && activation.scalar_type() == at::kBool)
        throw TypeError("arithmetic needs numbers but the activation is bool: use set");
    if (how == Update::divide && at::isIntegralType(activation.scalar_type(), true))
        throw TypeError("division gives fractions but the activation is " + dtype_text(activation.scalar_type()) +
                        ": convert it with to()");
    if (!with.is_tensor) return fitted(with.scalar, activation.scalar_type());
    check_like(with.tensor, activation, "the injected tensor");
    check_broadcast(with.tensor.sizes(), part, "the injected tensor");
    // Autograd may keep the value, and the edit itself may change it: then a copy is used.
    const bool from_inference = with.tensor.is_inference() && !c10::InferenceMode::is_enabled();
    if (from_inference || (with.tensor.has_storage() && with.tensor.is_alias_of(activation)))
        with.tensor = with.tensor.clone();
    return with;
}

/// The value as it broadcasts to a view of the part: where the view has the groups of heads as an axis of its own, so
/// does the value.
inline at::Tensor shaped_like(const at::Tensor& value, const at::Tensor& part, at::IntArrayRef selection) {
    if (part.sizes() == selection || value.numel() == 1) return value;
    return value.expand(selection).reshape(part.sizes());
}

/// Whether the values are 16-bit floats.
inline bool is_half(const at::Tensor& t) { return t.scalar_type() == at::kHalf || t.scalar_type() == at::kBFloat16; }

/// Multiplies or divides 16-bit floats by a number as Python's `*=` and `/=` do since PyTorch 2: in float32, where the
/// number keeps its digits, and rounded once. LibTorch's own in-place operators differ between versions: some round the
/// number to the 16-bit type first, which changes every fifth bfloat16 product with 0.1.
inline void write_in_float(const at::Tensor& part, Update how, const at::Scalar& number) {
    const at::Tensor wide = part.to(at::kFloat);
    part.copy_(how == Update::multiply ? wide.mul(number) : wide.div(number));
}

/// Changes `part`, a view of a selection of this shape, by the value. @pre the value was checked
inline void write_value(const at::Tensor& part, at::IntArrayRef selection, Update how, const NumberOrTensor& with) {
    const auto write = [&](const auto& value) {
        switch (how) {
            case Update::set:
                if constexpr (std::is_same_v<decltype(value), const at::Scalar&>)
                    part.fill_(value);
                else
                    part.copy_(value);
                return;
            case Update::add:
                part.add_(value);
                return;
            case Update::subtract:
                part.sub_(value);
                return;
            case Update::multiply:
                part.mul_(value);
                return;
            case Update::divide:
                part.div_(value);
                return;
        }
    };
    if (!with.is_tensor && is_half(part) && (how == Update::multiply || how == Update::divide))
        return write_in_float(part, how, with.scalar);
    if (!with.is_tensor) return write(with.scalar);
    write(shaped_like(with.tensor, part, selection));
}

/// Lets `write` change the part of `packed` in place. Where the selection cannot be a view, `write` changes a copy, which
/// is then put back.
template <class Write>
void write_part(const at::Tensor& packed, const ResolvedPlace& where, const Write& write) {
    if (where.is_viewable()) return write(view_at(packed, where));
    const at::Tensor part = part_at(packed, where);
    write(part);
    put_back(packed, where, part);
}

/// Changes a place of `packed` by the value. @pre the value was checked
inline void update(const at::Tensor& packed, const ResolvedPlace& where, Update how, const NumberOrTensor& with) {
    if (write_plainly(packed, where, how, with)) return;
    write_part(packed, where, [&](const at::Tensor& part) { write_value(part, where.sizes, how, with); });
}

}  // namespace suture::detail
