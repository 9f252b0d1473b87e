// Which values of an exported graph may share storage, and which nodes write into it.
// Law: two values that can share storage when the model runs are in the same class. Some that cannot may be as well.
#pragma once

#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/operators.hpp"
#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

namespace suture::detail {

/// "softmax" of "torch.ops.aten.softmax.int", "mul" of "_operator.mul".
inline std::string_view operator_name(std::string_view target) {
    if (target.rfind("torch.ops.", 0) == 0) target = target.substr(0, target.rfind('.'));
    return target.substr(target.rfind('.') + 1);
}

/// Operators that may return the tensor that they are given, or a view of it, although their schemas do not say so.
inline bool may_return_its_input(std::string_view name) {
    constexpr std::array names{std::string_view("dropout"),
                               std::string_view("feature_dropout"),
                               std::string_view("alpha_dropout"),
                               std::string_view("feature_alpha_dropout"),
                               std::string_view("type_as"),
                               std::string_view("lift"),
                               std::string_view("_unsafe_view"),
                               std::string_view("einsum"),
                               std::string_view("meshgrid"),
                               std::string_view("broadcast_tensors"),
                               std::string_view("cartesian_prod"),
                               std::string_view("chain_matmul"),
                               std::string_view("unsafe_chunk"),
                               std::string_view("unsafe_split"),
                               std::string_view("unsafe_split_with_sizes"),
                               std::string_view("reshape"),
                               std::string_view("atleast_1d"),
                               std::string_view("atleast_2d"),
                               std::string_view("atleast_3d"),
                               std::string_view("conj_physical"),
                               std::string_view("to_dense"),
                               std::string_view("sum_to_size"),
                               std::string_view("positive"),
                               std::string_view("real"),
                               std::string_view("conj"),
                               std::string_view("flatten"),
                               std::string_view("resolve_conj"),
                               std::string_view("resolve_neg"),
                               std::string_view("contiguous"),
                               std::string_view("to")};
    return std::find(names.begin(), names.end(), name) != names.end();
}

class ExportedAliases {
public:
    ExportedAliases(const ExportedGraph& graph, const std::vector<PreparedNode>& nodes)
        : parents_(graph.values.size()), last_write_(graph.values.size(), 0) {
        std::iota(parents_.begin(), parents_.end(), std::size_t{0});
        std::vector<Write> writes;
        for (std::size_t n = 0; n < nodes.size(); ++n) read(graph.nodes[n], nodes[n], n, writes);
        written_by_.assign(nodes.size(), no_value);
        for (const Write& write : writes) written_by_[write.end - 1] = write.value;
        for (const Write& write : writes)
            last_write_[of(write.value)] = std::max(last_write_[of(write.value)], write.end);
    }

    /// The class of a value.
    std::size_t of(ValueIndex value) const {
        while (parents_[value] != value) value = parents_[value];
        return value;
    }
    /// Whether a node from this one on writes into the storage of the value.
    bool is_written_from(std::size_t node, ValueIndex value) const { return last_write_[of(value)] > node; }
    /// The value that a node writes into; none if it writes into none.
    ValueIndex written_by(std::size_t node) const { return written_by_[node]; }
    bool is_written(ValueIndex value) const { return is_written_from(0, value); }

private:
    struct Write {
        ValueIndex value;
        std::size_t end;  ///< one behind the node
    };

    void join(ValueIndex a, ValueIndex b) {
        a = of(a), b = of(b);
        parents_[std::max(a, b)] = std::min(a, b);
    }

    void read(const ExportedNode& node, const PreparedNode& prepared, std::size_t n, std::vector<Write>& writes) {
        const auto& wanted = prepared.schema->arguments();
        const auto& returns = prepared.schema->returns();
        const bool may_pass = may_return_its_input(operator_name(node.target));
        const std::size_t passed = operator_name(node.target) == "einsum" ? 1 : 0;  // the equation comes first
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto* const info = wanted[i].alias_info();
            if (info == nullptr && !(may_pass && i == passed)) continue;
            for (const ExportedItem& item : prepared.arguments[i].items) {
                if (item.value == no_value) continue;
                if (info != nullptr && info->isWrite()) {
                    // What one node writes counts as one storage: topk(x, 2, out=(values, indices)).
                    if (!writes.empty() && writes.back().end == n + 1) join(writes.back().value, item.value);
                    writes.push_back({item.value, n + 1});
                }
                for (std::size_t r = 0; r < node.results.size() && r < returns.size(); ++r)
                    if (may_pass || may_share(*info, returns[r].alias_info()))
                        for (const ValueIndex result : node.results[r].values)
                            if (result != no_value) join(item.value, result);
            }
        }
    }
    /// A list of views has its sets one level deeper: Tensor(a)[].
    static bool may_share(const c10::AliasInfo& given, const c10::AliasInfo* returned) {
        if (returned == nullptr) return false;
        if (given.isWildcardAfter() || returned->isWildcardAfter() || returned->isWildcardBefore()) return true;
        for (const auto& set : given.beforeSets())
            if (returned->beforeSets().count(set) > 0 || returned->afterSets().count(set) > 0) return true;
        const auto shares = [](const c10::AliasInfo& a, const c10::AliasInfo& b) { return may_share(a, &b); };
        return std::any_of(given.containedTypes().begin(), given.containedTypes().end(),
                           [&](const c10::AliasInfo& inner) { return shares(inner, *returned); }) ||
               std::any_of(returned->containedTypes().begin(), returned->containedTypes().end(),
                           [&](const c10::AliasInfo& inner) { return shares(given, inner); });
    }

    std::vector<std::size_t> parents_, last_write_;
    std::vector<ValueIndex> written_by_;
};

}  // namespace suture::detail
