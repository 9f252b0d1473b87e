// The blocks of an exported language model: the modules "layers.0", "layers.1", ... through which one residual stream runs,
// and what else reaches them: values that follow from the shape of the token ids alone, such as masks and rotary angles.
// Law: the stream, the weights and those values are all that a block reads; otherwise the model has no blocks.
#pragma once

#include "suture/exported/detail/aliases.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/inputs.hpp"
#include "suture/exported/detail/modules.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/hook/detail/paths.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// Operators that read no more than the shape, the dtype and the device of their first argument.
inline bool reads_only_shape(std::string_view name) {
    constexpr std::array names{
        std::string_view("sym_size"),  std::string_view("sym_numel"),  std::string_view("sym_stride"),
        std::string_view("new_ones"),  std::string_view("new_zeros"),  std::string_view("new_full"),
        std::string_view("new_empty"), std::string_view("ones_like"),  std::string_view("zeros_like"),
        std::string_view("full_like"), std::string_view("empty_like"), std::string_view("_assert_tensor_metadata"),
        std::string_view("rand_like"), std::string_view("randn_like")};
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct ExportedBlocks {
    std::string path;              ///< "transformer.h"
    ValueIndex ids = no_value;     ///< the token ids, [batch, positions]
    ValueIndex logits = no_value;  ///< [batch, positions, vocabulary]
    std::vector<ValueIndex>
        streams;  ///< the input of each block, and that of what follows the last: [batch, positions, width]
    std::string batch, positions;   ///< the symbols of these sizes
    std::vector<bool> follows_ids;  ///< by value: whether it depends on which ids are given, not only on how many
    std::vector<std::size_t> first_nodes;  ///< of each block, and one behind the last
};

/// Finds the blocks of a graph. Of several lists of modules it takes the longest that can be run in stages.
class BlockFinder {
public:
    BlockFinder(const ExportedGraph& graph, const std::vector<ModuleUse>& uses, const ExportedAliases& aliases)
        : graph_(graph), uses_(uses), aliases_(aliases) {}

    /// @param accepts says whether what was found can be run in stages
    /// @return whether there are any; otherwise `why` says what is missing
    template <class Accepts>
    bool find(ExportedBlocks& blocks, std::string& why, const Accepts& accepts) {
        if (!find_ids(blocks, why) || !find_logits(blocks, why)) return false;
        follow_ids(blocks);
        why = "no list of modules runs once, one after the other, on one stream of [batch, positions, width]";
        auto candidates = lists();
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
        for (const auto& [path, list] : candidates) {
            ExportedBlocks candidate = blocks;
            candidate.path = path;
            if (!take(list, candidate)) continue;
            if (!accepts(candidate)) {
                why = "what follows its blocks, " + path + ", does not treat every position by itself";
                continue;
            }
            blocks = std::move(candidate);
            why.clear();
            return true;
        }
        return false;
    }
    bool find(ExportedBlocks& blocks, std::string& why) {
        return find(blocks, why, [](const ExportedBlocks&) { return true; });
    }

private:
    static std::string symbol_at(const TensorMeta& meta, std::size_t axis) {
        const auto* symbol = std::get_if<std::string>(&meta.sizes[axis]);
        return symbol ? symbol_in(*symbol) : std::string();
    }

    bool find_ids(ExportedBlocks& blocks, std::string& why) const {
        why = "the model has more inputs than token ids";
        for (const ExportedInput& input : graph_.inputs) {
            if (input.kind != ExportedInput::Kind::user) continue;
            if (blocks.ids != no_value || !graph_.values[input.value].meta) return false;
            blocks.ids = input.value;
        }
        why = "its batch and positions are not both dynamic: export it with dynamic_shapes for both";
        if (blocks.ids == no_value) return false;
        const TensorMeta& meta = *graph_.values[blocks.ids].meta;
        if (meta.sizes.size() != 2 || !at::isIntegralType(meta.dtype, false)) return false;
        blocks.batch = symbol_at(meta, 0), blocks.positions = symbol_at(meta, 1);
        return !blocks.batch.empty() && !blocks.positions.empty() && blocks.batch != blocks.positions;
    }
    /// Whether a value is [batch, positions, a number].
    bool is_stream(const ExportedBlocks& blocks, ValueIndex value) const {
        if (value == no_value || !graph_.values[value].meta) return false;
        const TensorMeta& meta = *graph_.values[value].meta;
        return meta.sizes.size() == 3 && symbol_at(meta, 0) == blocks.batch && symbol_at(meta, 1) == blocks.positions &&
               std::holds_alternative<std::int64_t>(meta.sizes[2]);
    }
    bool find_logits(ExportedBlocks& blocks, std::string& why) const {
        why = "its first result is not logits of [batch, positions, vocabulary]";
        for (const ExportedOutput& output : graph_.outputs) {
            if (output.item.value == no_value || !graph_.values[output.item.value].meta) continue;
            blocks.logits = output.item.value;
            return is_stream(blocks, blocks.logits);
        }
        return false;
    }

    /// Whether a node reads the shape of the ids themselves, which is known. The shape of what follows from them may depend on
    /// which they are.
    bool reads_sizes_of_ids(const ExportedNode& node, const ExportedBlocks& blocks) const {
        return reads_only_shape(operator_name(node.target)) && !node.arguments.empty() &&
               !node.arguments.front().is_list && node.arguments.front().items.front().value == blocks.ids;
    }

    /// Follows the ids through the graph.
    void follow_ids(ExportedBlocks& blocks) const {
        std::vector<bool>& follows = blocks.follows_ids;
        follows.assign(graph_.values.size(), false);
        const auto mark = [&](ValueIndex value) {
            if (value == no_value) return;
            follows[value] = true;
            if (!aliases_.is_written(value)) return;
            for (ValueIndex other = 0; other < follows.size(); ++other)
                if (aliases_.of(other) == aliases_.of(value)) follows[other] = true;
        };
        mark(blocks.ids);
        for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
            const ExportedNode& node = graph_.nodes[n];
            const bool skips_first = reads_sizes_of_ids(node, blocks);
            bool reads = false;
            for (std::size_t i = 0; i < node.arguments.size(); ++i) {
                if (skips_first && i == 0) continue;
                for (const ExportedItem& item : node.arguments[i].items)
                    reads |= item.value != no_value && follows[item.value];
            }
            if (!reads) continue;
            for (const ExportedResult& result : node.results)
                for (const ValueIndex value : result.values) mark(value);
            mark(aliases_.written_by(n));
        }
    }

    /// "h" -> the uses of h.0, h.1, ..., for lists that begin at 0 and have no gap.
    std::vector<std::pair<std::string, std::vector<const ModuleUse*>>> lists() const {
        std::map<std::string, std::map<std::size_t, const ModuleUse*>> found;
        std::set<std::string> several;
        for (const ModuleUse& use : uses_) {
            const std::string number = last_step(use.call.path), parent = parent_path(use.call.path);
            if (!is_all_digits(number) || number.size() > 6) continue;
            if (use.call.call > 0 || use.outputs.size() != 1) several.insert(parent);
            found[parent][std::stoul(number)] = &use;
        }
        std::vector<std::pair<std::string, std::vector<const ModuleUse*>>> lists;
        for (const auto& [parent, by_number] : found) {
            if (several.contains(parent) || by_number.rbegin()->first + 1 != by_number.size()) continue;
            lists.emplace_back(parent, std::vector<const ModuleUse*>());
            for (const auto& [number, use] : by_number) lists.back().second.push_back(use);
        }
        return lists;
    }

    /// The values that follow the ids and cross from the nodes before `cut` to those from it on, of those that the logits
    /// need.
    std::set<ValueIndex> crossing(const ExportedBlocks& blocks, std::size_t cut,
                                  const std::vector<bool>& is_needed) const {
        std::set<ValueIndex> values;
        const auto read = [&](ValueIndex value) {
            if (value == no_value || !blocks.follows_ids[value]) return;
            const std::size_t made = graph_.values[value].defined_by;
            if (made == no_node || made < cut) values.insert(value);
        };
        for (std::size_t n = cut; n < graph_.nodes.size(); ++n) {
            if (!is_needed[n]) continue;
            const bool skips_first = reads_sizes_of_ids(graph_.nodes[n], blocks);
            for (std::size_t i = skips_first ? 1 : 0; i < graph_.nodes[n].arguments.size(); ++i)
                for (const ExportedItem& item : graph_.nodes[n].arguments[i].items) read(item.value);
        }
        read(blocks.logits);
        return values;
    }

    bool take(const std::vector<const ModuleUse*>& list, ExportedBlocks& blocks) const {
        const std::vector<bool> is_needed = needed_for(blocks.logits);
        std::size_t end = 0;
        for (const ModuleUse* use : list) {
            if (use->nodes.front() < end) return false;  // they do not run one after the other
            end = use->nodes.back() + 1;
            blocks.first_nodes.push_back(use->nodes.front());
        }
        blocks.first_nodes.push_back(end);
        for (const std::size_t cut : blocks.first_nodes) {
            const std::set<ValueIndex> values = crossing(blocks, cut, is_needed);
            if (values.size() != 1 || !is_stream(blocks, *values.begin())) return false;
            blocks.streams.push_back(*values.begin());
        }
        // One width all along, and no write of a later block into an earlier stream.
        for (const ValueIndex stream : blocks.streams)
            if (graph_.values[stream].meta->sizes != graph_.values[blocks.streams.front()].meta->sizes) return false;
        return true;
    }
    std::vector<bool> needed_for(ValueIndex wanted) const {
        std::vector<bool> is_wanted(graph_.values.size()), is_needed(graph_.nodes.size());
        is_wanted[wanted] = true;
        for (std::size_t n = graph_.nodes.size(); n-- > 0;) {
            bool gives = aliases_.written_by(n) != no_value;  // writes are kept
            for (const ExportedResult& result : graph_.nodes[n].results)
                for (const ValueIndex value : result.values) gives |= value != no_value && is_wanted[value];
            if (!gives) continue;
            is_needed[n] = true;
            for (const ExportedArgument& argument : graph_.nodes[n].arguments)
                for (const ExportedItem& item : argument.items)
                    if (item.value != no_value) is_wanted[item.value] = true;
        }
        return is_needed;
    }

    const ExportedGraph& graph_;
    const std::vector<ModuleUse>& uses_;
    const ExportedAliases& aliases_;
};

}  // namespace suture::detail
