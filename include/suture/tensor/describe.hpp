// Layouts, shapes and tensors as text, for messages and for `describe`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/layout.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/StringUtil.h>

#include <concepts>
#include <ostream>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

/// "[1, 5, 2304]"
inline std::string shape_text(at::IntArrayRef sizes) { return c10::str(sizes); }

/// PyTorch's name of a dtype: "float32", "bfloat16", "int64", ...
inline std::string dtype_text(at::ScalarType type) {
    switch (type) {
        case at::kByte:
            return "uint8";
        case at::kChar:
            return "int8";
        case at::kShort:
            return "int16";
        case at::kInt:
            return "int32";
        case at::kLong:
            return "int64";
        case at::kHalf:
            return "float16";
        case at::kFloat:
            return "float32";
        case at::kDouble:
            return "float64";
        case at::kBFloat16:
            return "bfloat16";
        case at::kBool:
            return "bool";
        case at::kComplexFloat:
            return "complex64";
        case at::kComplexDouble:
            return "complex128";
        default:
            return c10::toString(type);
    }
}

/// "float32 [1, 5, 2304] on cpu", with PyTorch's names of dtypes, or "an undefined tensor".
inline std::string tensor_text(const at::Tensor& t) {
    if (!t.defined()) return "an undefined tensor";
    return dtype_text(t.scalar_type()) + " " + shape_text(t.sizes()) + " on " + t.device().str();
}

namespace detail {
/// "768", or "dynamic".
inline std::string extent_text(Index n) { return n == dynamic ? "dynamic" : std::to_string(n); }
inline std::string component_text(const ComponentFacts& c) {
    std::string text = std::string(c.name) + "<" + extent_text(c.width);
    if (c.heads != 1) text += ", " + extent_text(c.heads);
    return text + ">";
}
}  // namespace detail

/// "batch", "token", "head", "other"
inline std::string to_string(Axis along) {
    return along == Axis::batch ? "batch" : along == Axis::token ? "token" : along == Axis::head ? "head" : "other";
}

/// A layout as it is written in C++: "Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>", "Resid<768>",
/// "Ordered<Resid<768>, Axis::token, Axis::batch>".
inline std::string layout_text(const LayoutFacts& layout) {
    if (!layout.axes.is_free()) {
        LayoutFacts without_axes = layout;
        without_axes.axes = {};
        std::string text = "Ordered<" + layout_text(without_axes);
        for (Index i = 0; i < layout.axes.count; ++i) text += ", Axis::" + to_string(layout.axes.name(i));
        return text + ">";
    }
    if (layout.is_component) return detail::component_text(*layout.begin());
    std::string text = layout.groups == 1 ? "Fused<" + detail::extent_text(layout.width)
                                          : "Grouped<" + detail::extent_text(layout.groups);
    for (const ComponentFacts& c : layout) text += ", " + detail::component_text(c);
    return text + ">";
}

namespace detail {
/// The shape of an activation: "[..., 2304]", "[token, batch, 2304]".
inline std::string axes_text(const LayoutFacts& layout) {
    std::string text = layout.axes.is_free() ? "[..., " : "[";
    for (Index i = 0; i < layout.axes.count; ++i) text += to_string(layout.axes.name(i)) + ", ";
    return text + std::to_string(layout.width) + "]";
}

inline std::string padded(Index number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < width ? width - digits.size() : 0, ' ') + digits;
}

/// One line per component: its first and last channel in its (first) group, its name, width and heads.
inline std::string channel_lines(const LayoutFacts& layout) {
    const std::size_t digits = std::to_string(layout.width / layout.groups).size();
    std::string text;
    Index at = 0;
    for (const ComponentFacts& c : layout) {
        text += "  " + padded(at, digits) + " .. " + padded(at + c.width - 1, digits) + "  " + component_text(c);
        if (c.heads > 1) text += ": " + std::to_string(c.heads) + " heads of " + std::to_string(c.width / c.heads);
        text += "\n";
        at += c.width;
    }
    return text;
}

/// A bar of about `room` cells, shared among the components by width: "|   Q   | K | V |". Each name has room.
inline std::string channel_bar(const LayoutFacts& layout, Index room) {
    const Index period = layout.width / layout.groups;
    std::string bar = "|";
    for (const ComponentFacts& c : layout) {
        const std::string name = c.name;
        Index cells = (c.width * room + period / 2) / period;
        if (cells < static_cast<Index>(name.size())) cells = static_cast<Index>(name.size());
        const auto left = static_cast<std::size_t>((cells - static_cast<Index>(name.size())) / 2);
        const auto right = static_cast<std::size_t>(cells) - left - name.size();
        bar += std::string(left, ' ') + name + std::string(right, ' ') + "|";
    }
    return bar;
}
}  // namespace detail

/// The map of a layout's channels, drawn in text:
///
///     Fused<6, Q<2>, K<2>, V<2>>: 6 channels
///     |       Q       |       K       |       V       |
///       0 .. 1  Q<2>
///       ...
inline std::string describe(const LayoutFacts& layout) {
    const Index period = layout.width / layout.groups;
    std::string text = layout_text(layout) + ": " + std::to_string(layout.width) + " channels";
    if (layout.groups > 1)
        text += ", " + std::to_string(layout.groups) + " groups of " + std::to_string(period) + "; group g begins at " +
                std::to_string(period) + " g and holds";
    return text + "\n" + detail::channel_bar(layout, 48) + "\n" + detail::channel_lines(layout);
}

/// @see describe(const LayoutFacts&)
template <Layout L>
    requires(detail::is_static<L>)
std::string describe() { return describe(facts_of<L>); }
template <Layout L>
    requires(!detail::is_static<L>)
SUTURE_REJECTED("this layout gets its numbers at run time: write describe(extents.facts())", describe());
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in describe<Q<768, 12>>()", describe());
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a number is not a layout: write describe<Q<768, 12>>()", describe());
template <class T>
    requires(!std::convertible_to<const T&, const LayoutFacts&>)
SUTURE_REJECTED("describe draws a layout: write describe<Layout>(), or print the activation", describe(const T&));

/// A layout as its type is written: "Fused<6, Q<2>, K<2>, V<2>>".
template <Layout L>
std::ostream& operator<<(std::ostream& out, const L&) {
    return out << layout_text(facts_of<L>);
}

}  // namespace suture

#include "suture/core/end_refuse.hpp"
