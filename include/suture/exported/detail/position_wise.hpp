// Which nodes of an exported graph treat every position by itself. Only operators that are known to are trusted, on the axes
// that the file has recorded: a scan, a sum or a convolution over positions is refused, and so is an operator that is not
// listed here.
// Law: a part of a graph that is position-wise gives any selection of positions what it gives them among all others.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/blocks.hpp"
#include "suture/exported/detail/graph.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace suture::detail {

class PositionWise {
public:
    PositionWise(const ExportedGraph& graph, const ExportedBlocks& blocks) : graph_(graph), blocks_(blocks) {}

    /// Whether a node treats every position by itself.
    bool operator()(const ExportedNode& node) const {
        using Names = std::string_view;
        const std::string_view name = without_underscore(operator_name(node.target));
        constexpr std::array elementwise{
            Names("add"),          Names("sub"),         Names("mul"),        Names("div"),       Names("neg"),
            Names("abs"),          Names("exp"),         Names("log"),        Names("sqrt"),      Names("rsqrt"),
            Names("pow"),          Names("tanh"),        Names("sigmoid"),    Names("relu"),      Names("gelu"),
            Names("silu"),         Names("softplus"),    Names("clamp"),      Names("clamp_min"), Names("clamp_max"),
            Names("where"),        Names("masked_fill"), Names("sin"),        Names("cos"),       Names("erf"),
            Names("reciprocal"),   Names("square"),      Names("maximum"),    Names("minimum"),   Names("to"),
            Names("dropout"),      Names("contiguous"),  Names("type_as"),    Names("detach"),    Names("clone"),
            Names("alias"),        Names("lift_fresh"),  Names("leaky_relu"), Names("elu"),       Names("mish"),
            Names("hardtanh"),     Names("relu6"),       Names("eq"),         Names("ne"),        Names("lt"),
            Names("le"),           Names("gt"),          Names("ge"),         Names("__and__"),   Names("__or__"),
            Names("logical_not"),  Names("logical_and"), Names("logical_or"), Names("rsub"),      Names("floor"),
            Names("zeros_like"),   Names("ones_like"),   Names("full_like"),  Names("log1p"),     Names("expm1"),
            Names("floor_divide"), Names("remainder"),   Names("positive"),   Names("_to_copy"),  Names("log_sigmoid"),
            Names("hardswish"),    Names("celu"),        Names("bitwise_not")};
        constexpr std::array along_dims{Names("softmax"),
                                        Names("log_softmax"),
                                        Names("sum"),
                                        Names("mean"),
                                        Names("var"),
                                        Names("std"),
                                        Names("amax"),
                                        Names("amin"),
                                        Names("topk"),
                                        Names("cumsum"),
                                        Names("sort"),
                                        Names("argsort"),
                                        Names("norm"),
                                        Names("prod"),
                                        Names("argmax"),
                                        Names("max"),
                                        Names("split"),
                                        Names("chunk"),
                                        Names("narrow"),
                                        Names("unbind"),
                                        Names("select"),
                                        Names("glu"),
                                        Names("cat"),
                                        Names("stack"),
                                        Names("split_with_sizes"),
                                        Names("linalg_vector_norm"),
                                        Names("logsumexp")};
        constexpr std::array reshaping{
            Names("view"),      Names("reshape"), Names("_unsafe_view"), Names("transpose"), Names("permute"),
            Names("unsqueeze"), Names("squeeze"), Names("expand"),       Names("flatten"),   Names("unflatten"),
            Names("t"),         Names("numpy_T"), Names("view_as"),      Names("movedim"),   Names("swapaxes"),
            Names("expand_as")};
        const auto is_in = [name](const auto& names) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        if (name.rfind("_assert", 0) == 0 || name == "sym_size" || name.rfind("sym_constrain", 0) == 0) return true;
        if (is_in(reshaping)) return true;
        if (has_sizes_as_numbers(node)) return false;
        if (is_in(elementwise)) return true;
        if (is_in(along_dims)) return reads_fixed_axes(node);
        if (name == "slice") return is_whole_slice(node) || reads_fixed_axes(node);
        if (name == "linear" || name == "addmm" || name == "matmul" || name == "mm" || name == "bmm")
            return multiplies_rows(node, name);
        if (name == "layer_norm" || name == "rms_norm") return normalises_fixed_axes(node);
        if (name == "embedding") return true;
        return false;
    }

private:
    static std::string_view without_underscore(std::string_view name) {
        if (name.size() > 1 && name.back() == '_' && name[name.size() - 2] != '_') name.remove_suffix(1);
        return name;
    }
    bool follows_ids(const ExportedItem& item) const {
        return item.value != no_value && blocks_.follows_ids[item.value];
    }

    /// Whether a number that follows from the sizes takes part as a value, and not as a size.
    bool has_sizes_as_numbers(const ExportedNode& node) const {
        for (const ExportedArgument& argument : node.arguments)
            for (const ExportedItem& item : argument.items)
                if (item.value != no_value && !graph_.values[item.value].meta) return true;
        return false;
    }

    /// Whether a size is a number in the file; negative axes count from the end.
    bool is_fixed_axis(ValueIndex value, std::int64_t axis) const {
        if (value == no_value || !graph_.values[value].meta) return false;
        const auto& sizes = graph_.values[value].meta->sizes;
        const auto rank = static_cast<std::int64_t>(sizes.size());
        if (axis < 0) axis += rank;
        return axis >= 0 && axis < rank && std::holds_alternative<std::int64_t>(sizes[static_cast<std::size_t>(axis)]);
    }

    /// The axes that an operator works along are those of its dim, 0 or the last one if it says none.
    bool reads_fixed_axes(const ExportedNode& node) const {
        std::vector<std::int64_t> dims;
        for (const ExportedArgument& argument : node.arguments)
            if (argument.name == "dim" || argument.name == "axis")
                for (const ExportedItem& item : argument.items) {
                    if (!item.constant.isInt()) return false;
                    dims.push_back(item.constant.toInt());
                }
        const std::string_view name = operator_name(node.target);
        const bool is_topk = name == "topk" || name == "sort" || name == "argsort" || name == "glu";
        const bool has_default = is_topk || name == "cat" || name == "stack" || name == "split" || name == "chunk" ||
                                 name == "slice" || name == "split_with_sizes" || name == "unbind";
        if (dims.empty() && !has_default) return false;  // over everything
        if (dims.empty()) dims.push_back(is_topk ? -1 : 0);
        for (const ExportedItem& item : node.arguments.front().items)
            for (const std::int64_t dim : dims) {
                // A new axis is between those that there are.
                if (name == "stack") continue;
                if (!is_fixed_axis(item.value, dim)) return false;
            }
        return true;
    }
    /// x[:, 0:]: all of an axis.
    static bool is_whole_slice(const ExportedNode& node) {
        for (const ExportedArgument& argument : node.arguments) {
            if (argument.items.size() != 1 || argument.name == "self" || argument.name == "dim") continue;
            const c10::IValue& given = argument.items.front().constant;
            if (argument.items.front().value != no_value) return false;
            if (given.isNone()) continue;
            const std::int64_t number = given.toInt();
            const bool is_all = argument.name == "start" ? number == 0
                                : argument.name == "end" ? number == std::numeric_limits<std::int64_t>::max()
                                                         : number == 1;
            if (!is_all) return false;
        }
        return true;
    }
    /// A product that sums over a fixed axis, with a second factor that has the positions at most among its batches.
    bool multiplies_rows(const ExportedNode& node, std::string_view name) const {
        const std::size_t first = name == "addmm" ? 1 : 0;
        if (node.arguments.size() < first + 2) return false;
        const ExportedItem &a = node.arguments[first].items.front(), &b = node.arguments[first + 1].items.front();
        if (!is_fixed_axis(a.value, -1)) return false;
        return is_fixed_axis(b.value, -1) && is_fixed_axis(b.value, -2);
    }
    bool normalises_fixed_axes(const ExportedNode& node) const {
        for (const ExportedArgument& argument : node.arguments)
            if (argument.name == "normalized_shape") {
                for (std::size_t i = 0; i < argument.items.size(); ++i)
                    if (!is_fixed_axis(node.arguments.front().items.front().value, -1 - static_cast<std::int64_t>(i)))
                        return false;
                return true;
            }
        return false;
    }

    const ExportedGraph& graph_;
    const ExportedBlocks& blocks_;
};

}  // namespace suture::detail
