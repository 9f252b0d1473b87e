// The attentions in the blocks of an exported model: the nodes from queries, keys and values to what they mix.
// Only their form is recognised here; that they are causal is found out by running them, @see ExportedStages.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/blocks.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/tensor/torch.hpp"

#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace suture::detail {

class AttentionFinder {
public:
    AttentionFinder(const ExportedGraph& graph, const ExportedBlocks& blocks,
                    const std::map<ValueIndex, at::Tensor>& weights)
        : graph_(graph), blocks_(blocks), weights_(weights) {}

    /// By the node that ends them: one in each block. Empty if a block has another number of them.
    std::map<std::size_t, ExportedAttention> find() const {
        std::map<std::size_t, ExportedAttention> all;
        for (std::size_t block = 0; block + 1 < blocks_.first_nodes.size(); ++block) {
            std::size_t count = 0;
            for (std::size_t n = blocks_.first_nodes[block]; n < blocks_.first_nodes[block + 1]; ++n)
                if (const auto attention = at_node(n)) {
                    all.emplace(n, *attention);
                    ++count;
                }
            if (count != 1) return {};
        }
        return all;
    }

private:
    std::string_view name_of(std::size_t n) const { return operator_name(graph_.nodes[n].target); }
    const ExportedArgument* argument(const ExportedNode& node, std::string_view name) const {
        for (const ExportedArgument& each : node.arguments)
            if (each.name == name) return &each;
        return nullptr;
    }
    static ValueIndex value_of(const ExportedArgument& argument) {
        return argument.is_list || argument.items.empty() ? no_value : argument.items.front().value;
    }
    ValueIndex argument_value(const ExportedNode& node, std::size_t i) const {
        return i < node.arguments.size() ? value_of(node.arguments[i]) : no_value;
    }
    const ExportedNode* maker_of(ValueIndex value) const {
        if (value == no_value || graph_.values[value].defined_by == no_node) return nullptr;
        return &graph_.nodes[graph_.values[value].defined_by];
    }
    bool follows_ids(ValueIndex value) const { return value != no_value && blocks_.follows_ids[value]; }

    /// Whether a value is [batch, heads, ...] with the positions on this axis and nowhere else.
    bool has_positions_at(ValueIndex value, std::size_t positions) const {
        if (value == no_value || !graph_.values[value].meta) return false;
        const TensorMeta& meta = *graph_.values[value].meta;
        if (meta.sizes.size() != 4) return false;
        for (std::size_t axis = 0; axis < 4; ++axis) {
            const auto* text = std::get_if<std::string>(&meta.sizes[axis]);
            const std::string symbol = text ? symbol_in(*text) : std::string();
            const std::string& wanted = axis == 0 ? blocks_.batch : axis == positions ? blocks_.positions : symbol;
            if (symbol != wanted || (axis != 0 && axis != positions && text)) return false;
        }
        return true;
    }
    bool fits(const ExportedAttention& a) const {
        return has_positions_at(a.query, 2) && has_positions_at(a.key, a.is_key_transposed ? 3 : 2) &&
               has_positions_at(a.value, 2);
    }
    double width_of(ValueIndex query) const {
        return static_cast<double>(std::get<std::int64_t>(graph_.values[query].meta->sizes[3]));
    }

    std::optional<ExportedAttention> at_node(std::size_t n) const {
        const ExportedNode& node = graph_.nodes[n];
        ExportedAttention attention;
        if (name_of(n) == "scaled_dot_product_attention") {
            attention.query = argument_value(node, 0), attention.key = argument_value(node, 1),
            attention.value = argument_value(node, 2);
            if (!fits(attention)) return std::nullopt;
            const ExportedArgument* scale = argument(node, "scale");
            const bool is_given = scale && scale->items.front().constant.isDouble();
            attention.scale =
                is_given ? scale->items.front().constant.toDouble() : 1 / std::sqrt(width_of(attention.query));
            return attention;
        }
        if (name_of(n) != "matmul") return std::nullopt;
        attention.value = argument_value(node, 1);
        const ExportedNode* softmax = behind_identities(argument_value(node, 0));
        if (!softmax || operator_name(softmax->target) != "softmax") return std::nullopt;
        if (!find_scores(argument_value(*softmax, 0), attention) || !fits(attention)) return std::nullopt;
        return attention;
    }

    const ExportedNode* behind_identities(ValueIndex value) const {
        const ExportedNode* node = maker_of(value);
        while (node && may_return_its_input(operator_name(node->target))) node = maker_of(argument_value(*node, 0));
        return node;
    }

    /// Goes from what the softmax is given up to the product of queries and keys, through factors and masks.
    bool find_scores(ValueIndex value, ExportedAttention& attention) const {
        constexpr int longest = 16;
        for (int i = 0; i < longest; ++i) {
            const ExportedNode* node = maker_of(value);
            if (!node) return false;
            const std::string_view name = operator_name(node->target);
            if (name == "matmul") {
                attention.query = argument_value(*node, 0), attention.key = argument_value(*node, 1);
                attention.is_key_transposed = true;
                return true;
            }
            if (name == "mul" || name == "div") {
                double factor = 0;
                if (!number_in(*node, factor)) return false;
                attention.scale *= name == "mul" ? factor : 1 / factor;
                value = argument_value(*node, 0);
            } else if (name == "add" || name == "masked_fill" || may_return_its_input(name)) {
                if (name != "add" && follows_ids(argument_value(*node, 1))) return false;
                const bool is_first = follows_ids(argument_value(*node, 0));
                if (name == "add" && is_first && follows_ids(argument_value(*node, 1))) return false;
                value = argument_value(*node, is_first ? 0 : 1);
            } else if (name == "where") {
                if (follows_ids(argument_value(*node, 0)) || follows_ids(argument_value(*node, 2))) return false;
                value = argument_value(*node, 1);
            } else {
                return false;
            }
            if (!follows_ids(value)) return false;
        }
        return false;
    }
    /// The second factor of a product or quotient, if it is a number or a weight of one element.
    bool number_in(const ExportedNode& node, double& factor) const {
        if (node.arguments.size() < 2 || node.arguments[1].is_list) return false;
        const ExportedItem& item = node.arguments[1].items.front();
        if (item.value == no_value) {
            if (!item.constant.isInt() && !item.constant.isDouble()) return false;
            factor = own_operators::as_double(item.constant);
        } else {
            const auto weight = weights_.find(item.value);
            if (weight == weights_.end() || weight->second.numel() != 1) return false;
            factor = weight->second.detach().to(at::kDouble).item<double>();
        }
        return factor != 0;
    }

    const ExportedGraph& graph_;
    const ExportedBlocks& blocks_;
    const std::map<ValueIndex, at::Tensor>& weights_;
};

}  // namespace suture::detail
